package org.attention4j.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.internal.graph.Gradients;
import org.attention4j.internal.graph.GraphProgram;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerParameter;
import org.attention4j.normalizer.Normalizers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.autodiff.samediff.internal.memory.NoOpMemoryMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.SingletonDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Attention with every built-in map in a graph that the framework itself differentiates, trains,
 * saves and loads; the loss reads output and weights.
 */
class AttentionTrainingTest {
  private static final double STEP = 1e-6;
  private static final int HEADS = 3;

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(11);
  }

  static List<Normalizer> normalizers() {
    return List.of(
        Normalizers.softmax(),
        Normalizers.softmax(0.6),
        Normalizers.softmaxWithLearnableTemperature(0.7),
        Normalizers.softmax1(2),
        Normalizers.sink(0.3),
        Normalizers.adaptiveTemperature(),
        Normalizers.topK(3),
        Normalizers.topKStraightThrough(3, 1.5),
        Normalizers.topFraction(0.4),
        Normalizers.topPower(1, 0.5),
        Normalizers.topP(0.6),
        Normalizers.sparsemax(),
        Normalizers.entmax15(),
        Normalizers.entmax(1.3),
        Normalizers.entmax(3),
        Normalizers.entmaxWithLearnableAlpha(1.4),
        Normalizers.asentmax(),
        Normalizers.ssmax(),
        Normalizers.logN(4),
        Normalizers.softpick(),
        Normalizers.sigmoid(),
        Normalizers.relu(),
        Normalizers.selfAdjust(),
        Normalizers.scaledByLogLength(Normalizers.softpick()),
        Normalizers.scaledByLogLength(Normalizers.entmax15(), 0.8),
        Normalizers.softCap(3, Normalizers.entmax15()),
        Normalizers.llama4Scale(0.3, 2));
  }

  static List<Normalizer> normalizersWithTrueGradient() {
    List<Normalizer> result = new ArrayList<>(normalizers());
    result.remove(Normalizers.topKStraightThrough(3, 1.5));
    return result;
  }

  /** Grouped heads, causal with fewer queries than keys, one row hidden by an additive mask. */
  private static SameDiff graph(Normalizer normalizer) {
    SameDiff sd = SameDiff.create();
    SDVariable q = sd.var("q", Nd4j.randn(DataType.DOUBLE, 2, HEADS, 5, 7));
    SDVariable k = sd.var("k", Nd4j.randn(DataType.DOUBLE, 2, 1, 11, 7));
    SDVariable v = sd.var("v", Nd4j.randn(DataType.DOUBLE, 2, 1, 11, 2));
    INDArray addend = Nd4j.randn(DataType.DOUBLE, 2, 1, 5, 11);
    for (int key = 0; key < 11; key++) {
      addend.putScalar(new long[] {1, 0, 3, key}, Double.NEGATIVE_INFINITY);
    }
    addend.putScalar(new long[] {0, 0, 2, 4}, -1e9);
    SDVariable bias = sd.var("bias", addend);
    AttentionResult result =
        Attention.attention()
            .normalizer(normalizer)
            .causal(true)
            .softcap(5)
            .scale(0.6)
            .mask(bias)
            .apply(q, k, v);
    SDVariable g = sd.constant("g", Nd4j.randn(DataType.DOUBLE, 2, HEADS, 5, 2));
    SDVariable h = sd.constant("h", Nd4j.randn(DataType.DOUBLE, 2, HEADS, 5, 11));
    SDVariable loss = result.output().mul(g).sum().add(result.weights().mul(h).sum());
    loss.rename("loss");
    result.output().rename("output");
    sd.setLossVariables("loss");
    return sd;
  }

  private static List<String> variables(Normalizer normalizer) {
    List<String> names = new ArrayList<>(List.of("q", "k", "v", "bias"));
    for (NormalizerParameter parameter : normalizer.parameters(HEADS)) {
      names.add("attention/" + parameter.name());
    }
    return names;
  }

  private static Map<String, INDArray> gradients(SameDiff sd, List<String> names) {
    return sd.calculateGradients(Map.of(), names.toArray(String[]::new));
  }

  private static double loss(SameDiff sd) {
    return sd.output(Map.of(), "loss").get("loss").getDouble(0);
  }

  /** Along a random direction for each variable, so that every entry of its gradient counts. */
  @ParameterizedTest
  @MethodSource("normalizersWithTrueGradient")
  void gradientsAreThoseOfTheLoss(Normalizer normalizer) {
    SameDiff sd = graph(normalizer);
    List<String> names = variables(normalizer);
    Map<String, INDArray> gradients = gradients(sd, names);
    for (String name : names) {
      INDArray value = sd.getVariable(name).getArr();
      INDArray start = value.dup();
      INDArray direction = Nd4j.randn(DataType.DOUBLE, value.shape());
      value.addi(direction.mul(STEP));
      double above = loss(sd);
      value.assign(start).subi(direction.mul(STEP));
      double below = loss(sd);
      value.assign(start);
      double expected = (above - below) / (2 * STEP);
      double actual = gradients.get(name).mul(direction).sumNumber().doubleValue();
      assertThat(actual)
          .as(name)
          .isCloseTo(expected, within(1e-6 * Math.max(1, Math.abs(expected))));
    }
    INDArray hidden = gradients.get("bias").slice(1).slice(0).slice(3);
    assertThat(hidden.amaxNumber().doubleValue()).isZero();
    assertThat(gradients.get("q").slice(1).slice(2).slice(3).amaxNumber().doubleValue()).isZero();
  }

  /** The framework's driver and ours differentiate by different rules for products and masks. */
  @ParameterizedTest
  @MethodSource("normalizers")
  void gradientsAndValuesAreThoseOfOurOwnDriver(Normalizer normalizer) {
    SameDiff sd = graph(normalizer);
    List<String> names = variables(normalizer);
    Map<String, INDArray> stock = gradients(sd, names);
    SDVariable loss = sd.getVariable("loss");
    List<SDVariable> wanted = new ArrayList<>(names.stream().map(sd::getVariable).toList());
    List<SDVariable> all =
        new ArrayList<>(Gradients.of(loss, sd.constant(1.0).castTo(DataType.DOUBLE), wanted));
    all.add(loss);
    List<INDArray> ours = new GraphProgram(all).run(Map.of(), new NoOpMemoryMgr());
    for (int i = 0; i < names.size(); i++) {
      assertThat(ours.get(i).equalsWithEps(stock.get(names.get(i)), 1e-12))
          .as(names.get(i))
          .isTrue();
    }
    assertThat(ours.get(names.size()).getDouble(0)).isCloseTo(loss(sd), within(1e-12));
  }

  @ParameterizedTest
  @MethodSource("normalizers")
  void aSavedGraphIsTheSameGraph(Normalizer normalizer, @TempDir Path folder) throws IOException {
    SameDiff sd = graph(normalizer);
    INDArray output = sd.output(Map.of(), "output").get("output");
    List<String> names = variables(normalizer);
    Map<String, INDArray> expected = gradients(sd, names);
    File file = folder.resolve("graph.fb").toFile();
    sd.save(file, false);
    List<SameDiff> loaded =
        List.of(
            SameDiff.load(file, false), SameDiff.fromFlatBuffers(sd.asFlatBuffers(true)), sd.dup());
    for (SameDiff copy : loaded) {
      assertThat(copy.output(Map.of(), "output").get("output")).isEqualTo(output);
      copy.setLossVariables("loss");
      gradients(copy, names)
          .forEach((name, value) -> assertThat(value).as(name).isEqualTo(expected.get(name)));
    }
  }

  /** A graph with an input and a learnable projection, to be trained. */
  private static SameDiff trainable(Normalizer normalizer, DataType type) {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.placeHolder("x", type, -1, 5, 7);
    SDVariable labels = sd.placeHolder("labels", type, -1, 5, 7);
    SDVariable w = sd.var("w", Nd4j.randn(type, 7, 7).muli(0.5));
    SDVariable projected = sd.mmul(x.reshape(-1, 7), w).reshape(sd.shape(x));
    AttentionResult result =
        Attention.attention()
            .heads(1)
            .normalizer(normalizer)
            .causal(true)
            .apply(projected, projected, x);
    result.output().rename("output");
    sd.loss.meanSquaredError("loss", labels, result.output(), null);
    sd.setLossVariables("loss");
    sd.setTrainingConfig(
        TrainingConfig.builder()
            .updater(new Adam(0.01))
            .dataSetFeatureMapping("x")
            .dataSetLabelMapping("labels")
            .minimize("loss")
            .build());
    return sd;
  }

  private static void fit(SameDiff sd, INDArray x, INDArray labels, int epochs) {
    sd.fit(new SingletonDataSetIterator(new DataSet(x, labels)), epochs);
  }

  /** A loaded graph goes on to train exactly as the one that was saved, moments of Adam and all. */
  @ParameterizedTest
  @MethodSource("normalizers")
  void trainingGoesOnAfterLoading(Normalizer normalizer, @TempDir Path folder) throws IOException {
    SameDiff sd = trainable(normalizer, DataType.FLOAT);
    INDArray x = Nd4j.randn(DataType.FLOAT, 2, 5, 7);
    INDArray labels = Nd4j.randn(DataType.FLOAT, 2, 5, 7);
    fit(sd, x, labels, 3);
    File file = folder.resolve("graph.fb").toFile();
    sd.save(file, true);
    SameDiff loaded = SameDiff.load(file, true);
    fit(sd, x, labels, 3);
    fit(loaded, x, labels, 3);
    Map<String, INDArray> inputs = Map.of("x", x);
    assertThat(loaded.output(inputs, "output").get("output"))
        .isEqualTo(sd.output(inputs, "output").get("output"));
    for (NormalizerParameter parameter : normalizer.parameters(1)) {
      INDArray trained = sd.getVariable("attention/" + parameter.name()).getArr();
      assertThat(trained.getDouble(0)).isNotEqualTo(parameter.initialValue());
    }
  }

  /** The example of {@link Attention}'s documentation: entropy as part of the loss. */
  private static SameDiff withEntropy(double target, DataType type) {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.constant(Nd4j.randn(type, 2, 3, 11, 7));
    SDVariable q = sd.var("q", Nd4j.randn(type, 2, 3, 5, 7).muli(3));
    SDVariable k = sd.var("k", Nd4j.randn(type, 2, 3, 11, 7));
    AttentionResult attention =
        Attention.attention().normalizer(Normalizers.ssmax()).apply(q, k, x);
    SDVariable task = sd.math.square(attention.output()).mean();
    SDVariable p = attention.weights();
    SDVariable entropy = p.mul(sd.math.log(p.add(1e-12))).sum(3).neg();
    entropy.mean().rename("entropy");
    SDVariable loss = task.add(sd.math.square(entropy.sub(target)).mean().mul(10));
    loss.rename("loss");
    sd.setLossVariables("loss");
    return sd;
  }

  @Test
  void aLossOnTheWeightsReachesQueriesAndKeys() {
    SameDiff sd = withEntropy(0.7, DataType.DOUBLE);
    Map<String, INDArray> gradients = gradients(sd, List.of("q", "k", "attention/s"));
    gradients.forEach(
        (name, gradient) -> {
          INDArray value = sd.getVariable(name).getArr();
          for (long i = 0; i < value.length(); i += 13) {
            double start = value.getDouble(i);
            value.putScalar(i, start + STEP);
            double above = loss(sd);
            value.putScalar(i, start - STEP);
            double below = loss(sd);
            value.putScalar(i, start);
            assertThat(gradient.getDouble(i))
                .as(name)
                .isCloseTo((above - below) / (2 * STEP), within(1e-7));
          }
        });
  }

  @Test
  void trainingMovesTheEntropyWhereTheLossWantsIt() {
    for (double target : new double[] {0.3, 2}) {
      SameDiff sd = withEntropy(target, DataType.FLOAT);
      // Nothing reads them, but fit wants data.
      sd.placeHolder("unused", DataType.FLOAT, -1, 1);
      sd.placeHolder("unusedToo", DataType.FLOAT, -1, 1);
      sd.setTrainingConfig(
          TrainingConfig.builder()
              .updater(new Adam(0.05))
              .dataSetFeatureMapping("unused")
              .dataSetLabelMapping("unusedToo")
              .minimize("loss")
              .build());
      double before = Math.abs(entropy(sd) - target);
      fit(sd, Nd4j.ones(DataType.FLOAT, 1, 1), Nd4j.ones(DataType.FLOAT, 1, 1), 100);
      assertThat(before).as("start, to go to %s", target).isGreaterThan(0.3);
      assertThat(entropy(sd)).isCloseTo(target, within(0.1));
    }
  }

  private static double entropy(SameDiff sd) {
    return sd.output(Map.of(), "entropy").get("entropy").getDouble(0);
  }

  @Test
  void twoOperationsHaveTheirOwnParameters() {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.var("x", Nd4j.randn(DataType.DOUBLE, 2, HEADS, 5, 7));
    Normalizer ssmax = Normalizers.ssmax(0.3);
    AttentionResult first = Attention.attention().normalizer(ssmax).apply(x, x, x);
    Attention.attention().normalizer(ssmax).apply(x, x, first.output());
    Attention.attention().normalizer(ssmax).name("third").apply(x, x, x);
    Map<String, INDArray> created = new LinkedHashMap<>();
    for (String name : List.of("attention/s", "attention_1/s", "third/s")) {
      created.put(name, sd.getVariable(name).getArr());
    }
    INDArray start = Nd4j.valueArrayOf(new long[] {HEADS}, 0.3, DataType.DOUBLE);
    assertThat(created.values()).allMatch(start::equals);
  }

  @Test
  void parametersMayBeGiven() {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.var("x", Nd4j.randn(DataType.DOUBLE, 2, HEADS, 5, 7));
    SDVariable temperature = sd.var("T", Nd4j.createFromArray(-0.2, 0.0, 0.4));
    Normalizer learnable = Normalizers.softmaxWithLearnableTemperature(1);
    SDVariable given =
        Attention.attention()
            .normalizer(learnable, Map.of("logTemperature", temperature))
            .apply(x, x, x)
            .weights();
    SDVariable plain = Attention.attention().normalizer(learnable).apply(x, x, x).weights();
    INDArray values = given.eval();
    assertThat(values.slice(1, 1)).isEqualTo(plain.eval().slice(1, 1));
    assertThat(values.slice(2, 1)).isNotEqualTo(plain.eval().slice(2, 1));
  }
}
