package org.attention4j.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Graphs written by hand against loops over doubles. */
final class GraphAttentionSwapTest {
  private static final int BATCH = 2;
  private static final int HEADS = 3;
  private static final int QUERIES = 5;
  private static final int KEYS = 7;
  private static final int SIZE = 11;
  private static final int VALUE_SIZE = 13;
  private static final double SCALE = 0.31;

  @TempDir private Path folder;

  /** How the graph hides keys. */
  enum Masking {
    NONE(4),
    ADDED(4),
    ADDED_FIRST(4),
    ADDED_BEFORE_SCALING(4),
    SUBTRACTED(4),
    WHERE_TRUE(4),
    WHERE_FALSE(4),
    ADDED_TO_ONE_HEAD(3),
    WITHOUT_EXAMPLES(2);

    /** Axes of the scores. */
    final int rank;

    Masking(int rank) {
      this.rank = rank;
    }
  }

  private static long[] shape(Masking masking, long... last) {
    long[] all = {BATCH, HEADS, last[0], last[1]};
    return switch (masking.rank) {
      case 4 -> all;
      case 3 -> new long[] {BATCH, last[0], last[1]};
      default -> last;
    };
  }

  /** True where a key is hidden: key k of example b if k is 2 + 2 b or more; not without a mask. */
  private static boolean isHidden(Masking masking, int example, int key) {
    return masking != Masking.NONE && key >= 2 + 2 * example;
  }

  private static long[] maskShape(Masking masking) {
    return switch (masking.rank) {
      case 4 -> new long[] {BATCH, 1, 1, KEYS};
      case 3 -> new long[] {BATCH, 1, KEYS};
      default -> new long[] {1, KEYS};
    };
  }

  private static INDArray mask(Masking masking, double hidden, double visible) {
    INDArray mask = Nd4j.create(DataType.DOUBLE, maskShape(masking));
    int examples = masking.rank == 2 ? 1 : BATCH;
    for (int b = 0; b < examples; b++) {
      for (int k = 0; k < KEYS; k++) {
        mask.putScalar((long) b * KEYS + k, isHidden(masking, b, k) ? hidden : visible);
      }
    }
    return mask;
  }

  private static INDArray random(int seed, long... shape) {
    Random random = new Random(seed);
    INDArray array = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, random.nextGaussian());
    }
    return array;
  }

  private static final class Graph {
    final SameDiff sd = SameDiff.create();
    final Map<String, INDArray> inputs = new HashMap<>();

    SDVariable input(String name, INDArray values) {
      inputs.put(name, values);
      return sd.placeHolder(name, values.dataType(), shapeOf(values));
    }

    /** The number of examples is not said. */
    private static long[] shapeOf(INDArray values) {
      long[] shape = values.shape().clone();
      if (shape.length > 2) {
        shape[0] = -1;
      }
      return shape;
    }
  }

  private static Graph attention(Masking masking) {
    Graph graph = new Graph();
    SameDiff sd = graph.sd;
    SDVariable q = graph.input("q", random(1, shape(masking, QUERIES, SIZE)));
    SDVariable k = graph.input("k", random(2, shape(masking, KEYS, SIZE)));
    SDVariable v = graph.input("v", random(3, shape(masking, KEYS, VALUE_SIZE)));
    SDVariable product = sd.mmul("product", q, k, false, true, false);
    SDVariable scaled = product.mul(SCALE);
    SDVariable scores =
        switch (masking) {
          case NONE -> scaled.add(sd.constant(0.25));
          case ADDED, ADDED_TO_ONE_HEAD, WITHOUT_EXAMPLES ->
              scaled.add(graph.input("mask", mask(masking, -10_000, 0)));
          case ADDED_FIRST -> graph.input("mask", mask(masking, -1e9, 0)).add(scaled);
          case ADDED_BEFORE_SCALING ->
              product
                  .add(graph.input("mask", mask(masking, Double.NEGATIVE_INFINITY, 0)))
                  .mul(SCALE);
          case SUBTRACTED -> scaled.sub(graph.input("mask", mask(masking, 1e9, 0)));
          case WHERE_TRUE ->
              where(
                  sd,
                  graph.input("mask", ones(mask(masking, 0, 1))),
                  scaled,
                  sd.constant(filled(-1e9)));
          case WHERE_FALSE ->
              where(
                  sd,
                  graph.input("mask", ones(mask(masking, 1, 0))),
                  sd.constant(filled(Double.NEGATIVE_INFINITY)),
                  scaled);
        };
    SDVariable weights = sd.nn.softmax("weights", scores, masking.rank - 1);
    sd.mmul("output", sd.identity(weights), v);
    return graph;
  }

  private static INDArray ones(INDArray mask) {
    return mask.broadcast(BATCH, HEADS, QUERIES, KEYS).castTo(DataType.BOOL);
  }

  private static INDArray filled(double value) {
    return Nd4j.valueArrayOf(new long[] {BATCH, HEADS, QUERIES, KEYS}, value, DataType.DOUBLE);
  }

  private static SDVariable where(SameDiff sd, SDVariable condition, SDVariable x, SDVariable y) {
    return sd.where(x, y, condition);
  }

  /** The output by loops, with weights from the scores of the visible keys of a row. */
  private static double[] expected(Masking masking, Function<double[], double[]> weights) {
    double[] q = random(1, shape(masking, QUERIES, SIZE)).data().asDouble();
    double[] k = random(2, shape(masking, KEYS, SIZE)).data().asDouble();
    double[] v = random(3, shape(masking, KEYS, VALUE_SIZE)).data().asDouble();
    int matrices = masking.rank == 4 ? BATCH * HEADS : masking.rank == 3 ? BATCH : 1;
    double[] output = new double[matrices * QUERIES * VALUE_SIZE];
    for (int m = 0; m < matrices; m++) {
      int example = masking.rank == 4 ? m / HEADS : m;
      int[] visible =
          IntStream.range(0, KEYS).filter(key -> !isHidden(masking, example, key)).toArray();
      for (int i = 0; i < QUERIES; i++) {
        double[] scores = new double[visible.length];
        for (int n = 0; n < visible.length; n++) {
          for (int c = 0; c < SIZE; c++) {
            scores[n] +=
                SCALE * q[(m * QUERIES + i) * SIZE + c] * k[(m * KEYS + visible[n]) * SIZE + c];
          }
          scores[n] += masking == Masking.NONE ? 0.25 : 0;
        }
        double[] row = weights.apply(scores);
        for (int n = 0; n < visible.length; n++) {
          for (int c = 0; c < VALUE_SIZE; c++) {
            output[(m * QUERIES + i) * VALUE_SIZE + c] +=
                row[n] * v[(m * KEYS + visible[n]) * VALUE_SIZE + c];
          }
        }
      }
    }
    return output;
  }

  private static double[] softmax(double[] scores) {
    double[] powers = Arrays.stream(scores).map(Math::exp).toArray();
    double sum = Arrays.stream(powers).sum();
    return Arrays.stream(powers).map(power -> power / sum).toArray();
  }

  /** The projection onto the simplex, by sorting. */
  private static double[] sparsemax(double[] scores) {
    double[] sorted = scores.clone();
    Arrays.sort(sorted);
    double sum = 0;
    double threshold = 0;
    for (int count = 1; count <= sorted.length; count++) {
      double next = sorted[sorted.length - count];
      sum += next;
      if (next > (sum - 1) / count) {
        threshold = (sum - 1) / count;
      }
    }
    double limit = threshold;
    return Arrays.stream(scores).map(score -> Math.max(score - limit, 0)).toArray();
  }

  private static double[] output(SameDiff sd, Map<String, INDArray> inputs) {
    return sd.outputSingle(inputs, "output").dup('c').data().asDouble();
  }

  private static void assertClose(double[] actual, double[] expected) {
    // Sums of 11, 7 and 13 numbers of size 1 or so, in DOUBLE.
    assertThat(actual).hasSize(expected.length).containsExactly(expected, within(1e-12));
  }

  @ParameterizedTest
  @EnumSource(Masking.class)
  void softmaxChangesNothingAndSparsemaxGivesItsWeights(Masking masking) {
    Graph graph = attention(masking);
    double[] before = output(graph.sd, graph.inputs);
    assertClose(before, expected(masking, GraphAttentionSwapTest::softmax));

    var same = GraphAttentionSwap.with(Normalizers.softmax()).in(graph.sd);
    assertClose(output(same.graph(), graph.inputs), before);

    var sparse = GraphAttentionSwap.with(Normalizers.sparsemax()).in(graph.sd);
    assertThat(sparse.kept()).isEmpty();
    assertThat(sparse.replaced()).containsOnlyKeys("weights");
    assertThat(sparse.replaced().get("weights"))
        .contains("'product'")
        .contains(masking == Masking.NONE ? "there is no mask" : "'mask'");
    assertClose(
        output(sparse.graph(), graph.inputs), expected(masking, GraphAttentionSwapTest::sparsemax));
    assertThat(output(graph.sd, graph.inputs)).isEqualTo(before);
  }

  /** The number of visible keys, which log-n depends on, is that of the mask. */
  @Test
  void aLengthAwareNormalizerCountsTheVisibleKeys() {
    Graph graph = attention(Masking.ADDED);
    UnaryOperator<double[]> logN =
        scores -> {
          double factor = Math.max(1, Math.log(scores.length) / Math.log(3));
          return softmax(Arrays.stream(scores).map(score -> score * factor).toArray());
        };

    var swapped = GraphAttentionSwap.with(Normalizers.logN(3)).in(graph.sd);

    assertClose(output(swapped.graph(), graph.inputs), expected(Masking.ADDED, logN));
  }

  @Test
  void theNewGraphIsSavedAndLoaded() throws IOException {
    Graph graph = attention(Masking.ADDED);
    SameDiff swapped = GraphAttentionSwap.with(Normalizers.sparsemax()).in(graph.sd).graph();
    File file = folder.resolve("graph.fb").toFile();

    swapped.save(file, false);

    assertThat(output(SameDiff.load(file, false), graph.inputs))
        .isEqualTo(output(swapped, graph.inputs));
  }

  /** A head of attention with weights, and a classifier behind it. */
  private static SameDiff classifier() {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.placeHolder("x", DataType.DOUBLE, -1, QUERIES, SIZE);
    SDVariable[] projected = new SDVariable[3];
    for (int i = 0; i < projected.length; i++) {
      projected[i] = sd.mmul(x, sd.var("w" + i, random(5 + i, 1, SIZE, SIZE)));
    }
    SDVariable scores = sd.mmul(projected[0], projected[1], false, true, false).mul(0.1);
    SDVariable attended = sd.mmul(sd.nn.softmax("weights", scores, 2), projected[2]);
    SDVariable logits = sd.mmul("logits", attended.mean(1), sd.var("head", random(9, SIZE, 3)));
    SDVariable classes = sd.nn.softmax("classes", logits, 1);
    SDVariable labels = sd.placeHolder("labels", DataType.DOUBLE, -1, 3);
    sd.math.square(classes.sub(labels)).sum("loss");
    sd.setLossVariables("loss");
    sd.setTrainingConfig(
        TrainingConfig.builder()
            .updater(new Sgd(0.1))
            .dataSetFeatureMapping("x")
            .dataSetLabelMapping("labels")
            .build());
    return sd;
  }

  @Test
  void aClassifierIsNotTouchedAndTheNewParametersAreTrained() {
    SameDiff sd = classifier();
    DataSet data =
        new DataSet(random(21, 1, QUERIES, SIZE), Nd4j.createFromArray(new double[][] {{1, 0, 0}}));
    sd.fit(data); // the graph has a gradient, and its updater a state

    var swapped = GraphAttentionSwap.with(Normalizers.ssmax(0.5)).in(sd);

    assertThat(swapped.replaced()).containsOnlyKeys("weights");
    assertThat(swapped.kept())
        .containsExactly(
            Map.entry(
                "classes", "Its input 'logits' does not come from a product of queries and keys."));
    assertThat(swapped.report())
        .hasSize(2)
        .last()
        .asString()
        .startsWith("'classes' is kept: Its input");
    SameDiff graph = swapped.graph();
    INDArray head = graph.getVariable("head").getArr().dup();
    graph.fit(data);
    assertThat(graph.getVariable("weights/s").getArr().getDouble(0))
        .isNotCloseTo(0.5, within(1e-9));
    assertThat(graph.getVariable("head").getArr().sub(head).amaxNumber().doubleValue())
        .isPositive();
    assertThat(sd.hasVariable("weights/s")).isFalse();
  }

  @Test
  void parametersOfEachHeadNeedTheirNumber() {
    Graph graph = attention(Masking.ADDED);
    Normalizer ssmax = Normalizers.ssmax();

    assertThat(GraphAttentionSwap.with(ssmax).in(graph.sd).kept().get("weights"))
        .contains("say it with heads(h)");

    var swapped = GraphAttentionSwap.with(ssmax).heads(HEADS).in(graph.sd);
    assertThat(swapped.graph().getVariable("weights/s").getShape()).containsExactly(HEADS);
    assertClose(
        output(swapped.graph(), graph.inputs),
        expected(
            Masking.ADDED,
            scores ->
                softmax(
                    Arrays.stream(scores)
                        .map(score -> 0.43 * Math.log(scores.length) * score)
                        .toArray())));
  }

  @Test
  void whatIsNoAttentionIsKeptWithTheReason() {
    SameDiff sd = SameDiff.create();
    SDVariable q = sd.placeHolder("q", DataType.FLOAT, 2, QUERIES, SIZE);
    SDVariable k = sd.placeHolder("k", DataType.FLOAT, 2, QUERIES, SIZE);
    SDVariable product = sd.mmul("product", q, k, false, true, false);
    sd.nn.softmax("unused", product, 2);
    sd.mmul(sd.nn.softmax("columns", product, 1), k);
    SDVariable gate = sd.nn.softmax("gate", sd.mmul(q, sd.var("w", DataType.FLOAT, 1, SIZE, 2)), 2);
    sd.mmul(gate, sd.placeHolder("experts", DataType.FLOAT, 2, 2, SIZE));
    SDVariable five = sd.placeHolder("five", DataType.FLOAT, 1, 2, 3, QUERIES, SIZE);
    SDVariable weights = sd.nn.softmax("many", sd.mmul(five, five, false, true, false), 4);
    sd.mmul(weights, five);

    Map<String, String> kept = GraphAttentionSwap.with(Normalizers.sparsemax()).in(sd).kept();

    assertThat(kept)
        .containsOnlyKeys("unused", "columns", "gate", "many")
        .containsEntry("unused", "It is over scores, but its output is not multiplied by values.")
        .containsEntry("columns", "It is over axis 1 of 3 but must be over the last.");
    assertThat(kept.get("gate")).contains("does not come from a product of queries and keys");
    assertThat(kept.get("many")).contains("has 5 axes but must have 2, 3 or 4");
    assertThat(GraphAttentionSwap.with(Normalizers.softmax()).in(SameDiff.create()).report())
        .containsExactly("There is no softmax in this graph.");
  }

  @Test
  void onlyTheNamedAreReplaced() {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.placeHolder("x", DataType.DOUBLE, 1, QUERIES, SIZE);
    SDVariable first = sd.mmul(sd.nn.softmax("first", sd.mmul(x, x, false, true, false), 2), x);
    sd.mmul(sd.nn.softmax("second", sd.mmul(first, first, false, true, false), -1), first);

    var swapped = GraphAttentionSwap.with(Normalizers.sparsemax()).only("second").in(sd);

    assertThat(swapped.replaced()).containsOnlyKeys("second");
    assertThat(swapped.kept()).containsExactly(Map.entry("first", "It was not named."));
    assertThatThrownBy(() -> GraphAttentionSwap.with(Normalizers.softmax()).only("third").in(sd))
        .hasMessage(
            "GraphAttentionSwap: the graph has no softmax 'third'; there are 'first', 'second'.");
    assertThatThrownBy(() -> GraphAttentionSwap.with(Normalizers.softmax()).only())
        .hasMessageContaining("needs at least one name");
    assertThatThrownBy(() -> GraphAttentionSwap.with(Normalizers.softmax()).heads(0))
        .hasMessage("GraphAttentionSwap: heads is 0 but must be at least 1.");
  }
}
