package org.attention4j.internal.probes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.attention4j.internal.monitor.FaultIsolator;
import org.attention4j.layers.AttentionSpec;
import org.attention4j.layers.Position;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.metrics.HeadProbe.Norms;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a layer hands over, on arrays made by hand: shares of heads, norms, samples, gradients. */
final class MonitoredValuesTest {
  private static final Offset<Double> TINY = within(1e-12);
  private static final int HEADS = 4;
  private static final int SIZE = 3;

  private static INDArray random(int seed, int... shape) {
    int length = IntStream.of(shape).reduce(1, (a, b) -> a * b);
    long[] sizes = IntStream.of(shape).asLongStream().toArray();
    return Nd4j.createFromArray(new Random(seed).doubles(length, -1, 1).toArray()).reshape(sizes);
  }

  private static AttentionSpec spec(boolean learnable) {
    return new AttentionSpec(
        learnable ? Normalizers.softmaxWithLearnableTemperature(0.5) : Normalizers.softmax(),
        HEADS,
        SIZE,
        1,
        false,
        0,
        0,
        Position.NONE,
        false);
  }

  private static double[] norms(HeadParameterNorms[] shares) {
    return List.of(shares).stream().mapToDouble(HeadParameterNorms::norm).toArray();
  }

  @Test
  void sharesOfHeads() {
    AttentionSpec spec = spec(true);
    INDArray own = Nd4j.createFromArray(new double[] {3, 4, 0, 2, -2, 1, 6, 8}).reshape(4, 1, 2);
    double[] four = {5, 2, Math.sqrt(5), 10};
    for (String name : List.of("Wq", "Wk", "Wv", "bq", "bk", "bv")) {
      assertThat(norms(HeadParameterNorms.of(spec, name, own))).containsExactly(four, TINY);
    }
    // Two neighbouring query heads share a head of keys.
    INDArray grouped = Nd4j.createFromArray(new double[] {3, 4, 6, 8}).reshape(2, 1, 2);
    assertThat(norms(HeadParameterNorms.of(spec, "Wk", grouped)))
        .containsExactly(new double[] {5, 5, 10, 10}, TINY);
    // Wo [h d, nOut]: rows in the order of the heads.
    INDArray out = Nd4j.createFromArray(new double[] {3, 4, 0, 2, -2, 1, 6, 8}).reshape(8, 1);
    assertThat(norms(HeadParameterNorms.of(spec, "Wo", out))).containsExactly(four, TINY);
    INDArray perHead = Nd4j.createFromArray(-1.0, 2, -3, 4);
    assertThat(norms(HeadParameterNorms.of(spec, "logTemperature", perHead)))
        .containsExactly(new double[] {1, 2, 3, 4}, TINY);
    assertThat(HeadParameterNorms.of(spec, "bo", perHead)).isEmpty();
    assertThat(HeadParameterNorms.of(spec(false), "logTemperature", perHead)).isEmpty();
  }

  @Test
  void whatIsNotFiniteInAShare() {
    INDArray bad =
        Nd4j.createFromArray(
                Double.NaN, 1, Double.NEGATIVE_INFINITY, 1 / 0.0, 0, 0, Double.NaN, 1 / 0.0)
            .reshape(4, 1, 2);
    HeadParameterNorms[] shares = HeadParameterNorms.of(spec(false), "Wq", bad);
    assertThat(shares).extracting(HeadParameterNorms::nans).containsExactly(1L, 0L, 0L, 1L);
    assertThat(shares).extracting(HeadParameterNorms::infinities).containsExactly(0L, 2L, 0L, 1L);
    assertThat(norms(shares)[2]).isZero();
  }

  /** Queries from the first input, keys and values from the second, grouped by two. */
  private static MonitoredLayer monitored(
      Map<String, INDArray> parameters, MonitoredLayer.GradientSource gradients) {
    INDArray queries = random(1, 5, 11, 7);
    INDArray keys = random(2, 5, 13, 17);
    INDArray queryMask = Nd4j.ones(5, 7).putScalar(3, 2, 0);
    INDArray keyMask = Nd4j.ones(5, 17).putScalar(4, 16, 0).putScalar(1, 0, 0.5);
    return new MonitoredLayer(
        "att",
        "0_",
        spec(true),
        parameters,
        new INDArray[] {queries, keys},
        queryMask,
        keyMask,
        random(4, 5, 3, 7),
        false,
        (inputs, mask) -> {
          assertThat(mask.shape()).containsExactly(2, 17);
          return new INDArray[] {
            inputs[0].reshape(2, 1, 11, 7).repeat(1, HEADS),
            inputs[1].reshape(2, 1, 13, 17),
            inputs[1].reshape(2, 1, 13, 17).neg()
          };
        },
        gradients);
  }

  @Test
  void aProbeHasTheSampledExamples() {
    MonitoredLayer monitored =
        monitored(Map.of("logTemperature", Nd4j.createFromArray(-1.0, 2, -3, 4)), null)
            .named("other");
    Probe probe = monitored.probe(new int[] {3, 4}, true);
    assertThat(probe.layer()).isEqualTo("other");
    assertThat(probe.examples()).containsExactly(3, 4);
    for (int e = 0; e < 2; e++) {
      INDArray queries = monitored.inputs()[0].slice(3 + e);
      INDArray keys = monitored.inputs()[1].slice(3 + e);
      INDArray outputs = monitored.output().slice(3 + e);
      assertThat(probe.queries().of(e, 2, 5)).isEqualTo(queries.getColumn(5).toDoubleVector());
      assertThat(probe.keys().of(e, 0, 16)).isEqualTo(keys.getColumn(16).toDoubleVector());
      assertThat(probe.values().of(e, 0, 16)).isEqualTo(keys.getColumn(16).neg().toDoubleVector());
      assertThat(probe.tokens().of(e, 0, 15)).isEqualTo(keys.getColumn(15).toDoubleVector());
      assertThat(probe.outputs().of(e, 0, 6)).isEqualTo(outputs.getColumn(6).toDoubleVector());
    }
    for (int step = 0; step < 17; step++) {
      assertThat(probe.visibleKeys()[0][step]).isTrue();
      assertThat(probe.visibleKeys()[1][step]).isEqualTo(step != 16);
    }
    for (int step = 0; step < 7; step++) {
      assertThat(probe.visibleQueries()[0][step]).isEqualTo(step != 2);
      assertThat(probe.visibleQueries()[1][step]).isTrue();
    }
    Probe withoutOutput = monitored.probe(new int[] {1, 2}, false);
    assertThat(withoutOutput.visibleKeys()[0][0]).isTrue(); // 0.5 is not 0
    assertThat(withoutOutput.outputs()).isNull();
    assertThat(probe.normalizerParameters()).containsOnlyKeys("logTemperature");
    assertThat(probe.normalizerParameters().get("logTemperature")).containsExactly(-1, 2, -3, 4);
    assertThat(probe.attendedGradient()).isNull();
  }

  /** dL/d(heads) = Wo dL/dy, an example and a step at a time. */
  @Test
  void theGradientAtTheHeads() {
    INDArray output = random(7, 5, 2, 7);
    INDArray weights = random(8, HEADS * SIZE, 2);
    StepVectors gradient =
        MonitoredLayer.attendedGradient(
            spec(false), Map.of("Wo", weights.castTo(DataType.FLOAT)), output, new int[] {4, 1});
    INDArray straight = random(9, 5, HEADS * SIZE, 7);
    StepVectors without =
        MonitoredLayer.attendedGradient(spec(false), Map.of(), straight, new int[] {4, 1});
    for (int head = 0; head < HEADS; head++) {
      for (int i = 0; i < SIZE; i++) {
        int row = head * SIZE + i;
        double sum = 0;
        for (int j = 0; j < 2; j++) {
          sum += weights.getDouble(row, j) * output.getDouble(1, j, 6);
        }
        assertThat(gradient.of(1, head, 6)[i]).isCloseTo(sum, within(1e-6));
        assertThat(without.of(0, head, 6)[i]).isEqualTo(straight.getDouble(4, row, 6));
      }
    }
  }

  @Test
  void normsBeforeAndAfterTheUpdate() {
    Map<String, INDArray> parameters =
        Map.of(
            "Wq", Nd4j.createFromArray(new double[] {3, 4, 0, 2, -2, 1, 6, 8}).reshape(4, 1, 2),
            "Wk", Nd4j.createFromArray(new double[] {3, 4, 6, 8}).reshape(2, 1, 2),
            "logTemperature", Nd4j.createFromArray(-1.0, 2, -3, 4),
            "bo", Nd4j.createFromArray(1.0, 2));
    LayerSnapshot snapshot =
        new LayerSnapshot(monitored(parameters, null), new int[] {0, 2}, Set.of());
    assertThat(snapshot.name()).isEqualTo("att");
    Map<String, INDArray> gradients = new HashMap<>();
    parameters.forEach((name, value) -> gradients.put("0_" + name, value.mul(10)));
    gradients.put("0_Wk", Nd4j.createFromArray(Double.NaN, 1, 1 / 0.0, 1).reshape(2, 1, 2));
    snapshot.beforeUpdate(gradients);
    gradients.replaceAll((name, value) -> value.mul(0.5));
    snapshot.afterUpdate(gradients);
    List<HeadProbe> heads = snapshot.heads(List.of(List.of(), List.of(), List.of(), List.of()));
    assertThat(heads).hasSize(HEADS);
    for (int head = 0; head < HEADS; head++) {
      HeadProbe probe = heads.get(head);
      assertThat(probe.head()).isEqualTo(head);
      assertThat(probe.layer()).isEqualTo("att");
      assertThat(probe.parameters()).containsOnlyKeys("Wq", "Wk", "logTemperature");
      double value = new double[] {5, 2, Math.sqrt(5), 10}[head];
      check(probe.parameters().get("Wq"), value, 10 * value, 5 * value);
      double own = head + 1;
      check(probe.parameters().get("logTemperature"), own, 10 * own, 5 * own);
      Norms shared = probe.parameters().get("Wk");
      assertThat(shared.value()).isCloseTo(head < 2 ? 5 : 10, TINY);
      assertThat(shared.nans()).isEqualTo(head < 2 ? 2 : 0);
      assertThat(shared.infinities()).isEqualTo(head < 2 ? 0 : 2);
      double logTemperature = new double[] {-1, 2, -3, 4}[head];
      assertThat(probe.normalizerParameters().get("temperature"))
          .isCloseTo(Math.exp(logTemperature), TINY);
    }
  }

  private static void check(Norms norms, double value, double gradient, double update) {
    assertThat(norms.value()).isCloseTo(value, TINY);
    assertThat(norms.gradient()).isCloseTo(gradient, TINY);
    assertThat(norms.update()).isCloseTo(update, TINY);
    assertThat(norms.nans() + norms.infinities()).isZero();
  }

  @Test
  void aGradientThatArrivesIsPartOfTheProbe() {
    List<Consumer<Supplier<StepVectors>>> observers = new java.util.ArrayList<>();
    int[][] asked = new int[1][];
    LayerSnapshot snapshot =
        new LayerSnapshot(
            monitored(
                Map.of(),
                (examples, observer) -> {
                  asked[0] = examples;
                  observers.add(observer);
                }),
            new int[] {0, 2},
            Set.of());
    snapshot.askForGradient(new FaultIsolator("test"));
    assertThat(asked[0]).containsExactly(0, 2);
    assertThat(snapshot.probe().attendedGradient()).isNull();
    HeadVectors gradient = new HeadVectors(random(3, 2, HEADS, SIZE, 7));
    observers.get(0).accept(() -> gradient);
    assertThat(snapshot.probe().attendedGradient()).isSameAs(gradient);
    assertThat(snapshot.probe().examples()).containsExactly(0, 2);
    assertThat(snapshot.probe().keys().steps()).isEqualTo(17);
  }

  @Test
  void stockRules() {
    SelfAttentionLayer projected =
        new SelfAttentionLayer.Builder()
            .nIn(10)
            .nOut(12)
            .nHeads(3)
            .headSize(5)
            .projectInput(true)
            .build();
    check(Dl4jAttentionProjections.spec(projected), 3, 5);
    SelfAttentionLayer plain = new SelfAttentionLayer.Builder().nIn(7).nOut(7).nHeads(1).build();
    check(Dl4jAttentionProjections.spec(plain), 1, 7);
    assertThat(Dl4jAttentionProjections.spec(new DenseLayer.Builder().nOut(3).build())).isNull();
    check(
        Dl4jAttentionProjections.spec(
            new RecurrentAttentionLayer.Builder()
                .nIn(10)
                .nOut(12)
                .nHeads(2)
                .headSize(11)
                .projectInput(true)
                .build()),
        2,
        11);
    check(
        Dl4jAttentionProjections.spec(
            new AttentionVertex.Builder()
                .nInQueries(6)
                .nInKeys(6)
                .nInValues(6)
                .nOut(6)
                .nHeads(1)
                .projectInput(false)
                .build()),
        1,
        6);
  }

  private static void check(AttentionSpec spec, int heads, int size) {
    assertThat(spec.heads()).isEqualTo(heads);
    assertThat(spec.headSize()).isEqualTo(size);
    assertThat(spec.scale()).isCloseTo(1 / Math.sqrt(size), TINY);
    assertThat(spec.causal()).isFalse();
    assertThat(spec.position()).isEqualTo(Position.NONE);
    assertThat(spec.normalizer().type()).isEqualTo("softmax");
  }

  @Test
  void stockProjections() {
    INDArray x = random(1, 2, 5, 7);
    INDArray other = random(2, 2, 11, 13);
    INDArray[] plain = Dl4jAttentionProjections.of(new INDArray[] {x}, Map.of());
    for (INDArray each : plain) {
      assertThat(each.shape()).containsExactly(2, 1, 5, 7);
      assertThat(each.getDouble(1, 0, 4, 6)).isEqualTo(x.getDouble(1, 4, 6));
    }
    Map<String, INDArray> weights =
        Map.of(
            "Wq", random(3, HEADS, SIZE, 5),
            "Wk", random(4, HEADS, SIZE, 11),
            "Wv", random(5, HEADS, SIZE, 11));
    INDArray[] heads = Dl4jAttentionProjections.of(new INDArray[] {x, other}, weights);
    String[] names = {"Wq", "Wk", "Wv"};
    for (int which = 0; which < 3; which++) {
      INDArray input = which == 0 ? x : other;
      assertThat(heads[which].shape()).containsExactly(2, HEADS, SIZE, input.size(2));
      for (int e = 0; e < 2; e++) {
        for (int head = 0; head < HEADS; head++) {
          double sum = 0;
          for (int j = 0; j < input.size(1); j++) {
            sum += weights.get(names[which]).getDouble(head, 2, j) * input.getDouble(e, j, 6);
          }
          assertThat(heads[which].getDouble(e, head, 2, 6)).isCloseTo(sum, TINY);
        }
      }
    }
    INDArray half = x.castTo(DataType.FLOAT16);
    INDArray wide = Dl4jAttentionProjections.of(new INDArray[] {half}, Map.of())[0];
    assertThat(wide.dataType()).isEqualTo(DataType.FLOAT);
  }
}
