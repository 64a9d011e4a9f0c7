package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.common.primitives.Pair;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;

/** The language-model head against Deeplearning4j's RnnOutputLayer and against its formula. */
class LanguageModelHeadTest {
  private static final int CLASSES = 97;

  /** In FLOAT, for sums of at most some thousand terms of size one: sqrt(1009) u, four times. */
  private static final double FLOAT_TOLERANCE = 4 * Math.sqrt(1009) * 0x1p-24;

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(47);
  }

  static Stream<Arguments> cases() {
    return Stream.of(DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16)
        .flatMap(
            type ->
                Stream.of(97, 1009)
                    .flatMap(
                        classes ->
                            Stream.of(true, false)
                                .flatMap(
                                    masked ->
                                        Stream.of(true, false)
                                            .map(
                                                biased ->
                                                    Arguments.of(type, classes, masked, biased)))));
  }

  /** Score, output and all gradients are those of the stock layer in DOUBLE. */
  @ParameterizedTest(name = "{0}, {1} classes, masked {2}, bias {3}")
  @MethodSource("cases")
  void isTheStockLayer(DataType type, int classes, boolean masked, boolean biased) {
    MultiLayerNetwork stock = Heads.network(DataType.DOUBLE, Heads.stock(classes).build());
    MultiLayerNetwork ours = Heads.network(type, Heads.head(classes).hasBias(biased).build());
    // What the type can hold, so that only the computation is compared. The stock layer fails
    // without a bias.
    stock.params().assign(stock.params().castTo(type).castTo(DataType.DOUBLE));
    if (!biased) {
      stock.getParam("0_b").assign(0);
    }
    ours.setParams(first(stock.params(), ours.numParams()).castTo(type));
    INDArray x = Heads.input(type);
    INDArray ids = Heads.ids(classes);
    INDArray oneHot = Heads.oneHot(ids, classes, DataType.DOUBLE);
    INDArray mask = masked ? Heads.mask(DataType.DOUBLE) : null;
    double tolerance =
        switch (type) {
          case DOUBLE -> 1e-12;
          case FLOAT -> FLOAT_TOLERANCE;
          default -> 4 * 0x1p-11; // what is handed on is HALF
        };

    INDArray wide = x.castTo(DataType.DOUBLE);
    assertClose(ours.output(x, false), stock.output(wide, false), tolerance);
    DataSet oursData = new DataSet(x, ids, null, mask);
    DataSet stockData = new DataSet(wide, oneHot, null, mask);
    double score = stock.score(stockData);
    assertThat(ours.score(oursData)).isCloseTo(score, within(tolerance * score));
    assertClose(
        ours.scoreExamples(oursData, true), stock.scoreExamples(stockData, true), tolerance);
    Pair<Gradient, INDArray> expected = stock.calculateGradients(wide, oneHot, null, mask);
    Pair<Gradient, INDArray> actual = ours.calculateGradients(x, ids, null, mask);
    assertClose(actual.getSecond(), expected.getSecond(), tolerance);
    assertClose(
        first(actual.getFirst().gradient(), ours.numParams()),
        first(expected.getFirst().gradient(), ours.numParams()),
        tolerance);
    ours.setInput(x);
    ours.setLabels(ids);
    ours.setLayerMaskArrays(null, mask);
    ours.computeGradientAndScore();
    assertThat(ours.score()).isCloseTo(score, within(tolerance * score));
  }

  /** Few steps are computed in a way of their own; their probabilities are those among many. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void fewStepsAreAsAmongMany(int count) {
    MultiLayerNetwork network = Heads.network(DataType.FLOAT, Heads.head(CLASSES).build());
    INDArray x = Heads.input(DataType.FLOAT);
    INDArray many = network.output(x, false);
    INDArray mask = Nd4j.zeros(DataType.FLOAT, x.size(0), x.size(2));
    for (int i = 0; i < count; i++) {
      mask.putScalar(i % x.size(0), (2 * i + 1) % x.size(2), 1);
    }
    assertThat(mask.sumNumber().intValue()).isEqualTo(count);
    assertThat(x.size(0) * x.size(2)).as("steps, all of them").isGreaterThan(16);
    INDArray few = network.output(x, false, null, mask);
    assertClose(few, many.mul(mask.reshape(x.size(0), 1, x.size(2))), FLOAT_TOLERANCE);
  }

  private static INDArray first(INDArray vector, long count) {
    return vector.reshape(vector.length()).get(NDArrayIndex.interval(0, count)).reshape(1, count);
  }

  /** The score of training is the one kept from the backward pass; both are to be the same. */
  @ParameterizedTest
  @ValueSource(strings = {"FLOAT", "DOUBLE"})
  void trainsAsTheStockLayerDoes(DataType type) {
    MultiLayerNetwork stock =
        Heads.network(type, new Adam(0.01), Heads.stock(CLASSES).l2(0.01).l1(0.001).build());
    MultiLayerNetwork ours =
        Heads.network(type, new Adam(0.01), Heads.head(CLASSES).l2(0.01).l1(0.001).build());
    assertThat(ours.params()).as("weightInit, biasInit and order").isEqualTo(stock.params());
    INDArray x = Heads.input(type);
    INDArray ids = Heads.ids(CLASSES);
    INDArray mask = Heads.mask(type);
    DataSet stockData = new DataSet(x, Heads.oneHot(ids, CLASSES, type), null, mask);
    DataSet data = new DataSet(x, ids, null, mask);
    for (int iteration = 0; iteration < 5; iteration++) {
      stock.fit(stockData);
      ours.fit(data);
      assertThat(ours.score()).isCloseTo(stock.score(), within(1e-5 * stock.score()));
    }
    // Adam divides by the gradient's size: where that is nearly zero the sign is all that counts.
    assertClose(ours.params(), stock.params(), type == DataType.FLOAT ? 1e-3 : 1e-9);
    assertThat(ours.score(data)).isCloseTo(stock.score(stockData), within(1e-5 * stock.score()));
  }

  @Test
  void labelsMayBeOneHotOrHaveAnAxisOfOne() {
    MultiLayerNetwork network = Heads.network(DataType.FLOAT, Heads.head(CLASSES).build());
    INDArray x = Heads.input(DataType.FLOAT);
    INDArray ids = Heads.ids(CLASSES);
    INDArray mask = Heads.mask(DataType.BOOL);
    INDArray expected = gradient(network, x, ids, mask);
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.INT64, DataType.DOUBLE}) {
      INDArray with = ids.castTo(type).reshape(Heads.EXAMPLES, 1, Heads.STEPS);
      assertThat(gradient(network, x, with, mask)).isEqualTo(expected);
      INDArray oneHot = Heads.oneHot(ids, CLASSES, type);
      assertThat(gradient(network, x, oneHot, mask)).isEqualTo(expected);
      assertThat(gradient(network, x, oneHot.dup('f'), mask)).isEqualTo(expected);
    }
  }

  private static INDArray gradient(
      MultiLayerNetwork network, INDArray x, INDArray labels, INDArray mask) {
    return network.calculateGradients(x, labels, null, mask).getFirst().gradient().dup();
  }

  @ParameterizedTest
  @ValueSource(strings = {"FLOAT", "DOUBLE"})
  void labelSmoothingFollowsItsFormula(DataType type) {
    double smoothing = 0.15;
    MultiLayerNetwork network =
        Heads.network(type, Heads.head(CLASSES).labelSmoothing(smoothing).build());
    INDArray x = Heads.input(type);
    INDArray ids = Heads.ids(CLASSES);
    INDArray mask = Heads.mask(type);
    INDArray p = network.output(x, false);
    double loss = 0;
    double[] biasGradient = new double[CLASSES];
    for (int b = 0; b < Heads.EXAMPLES; b++) {
      for (int t = 0; t < Heads.STEPS; t++) {
        for (int v = 0; mask.getDouble(b, t) != 0 && v < CLASSES; v++) {
          double q = smoothing / CLASSES + (v == ids.getInt(b, t) ? 1 - smoothing : 0);
          loss -= q * Math.log(p.getDouble(b, v, t));
          biasGradient[v] += p.getDouble(b, v, t) - q;
        }
      }
    }
    double tolerance = type == DataType.FLOAT ? FLOAT_TOLERANCE : 1e-12;
    assertThat(network.score(new DataSet(x, ids, null, mask)))
        .isCloseTo(loss / Heads.EXAMPLES, within(tolerance * loss));
    INDArray gradient =
        network.calculateGradients(x, ids, null, mask).getFirst().getGradientFor("0_b");
    for (int v = 0; v < CLASSES; v++) {
      assertThat(gradient.getDouble(v)).isCloseTo(biasGradient[v], within(tolerance * 10));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"FLOAT", "DOUBLE"})
  void theLossOfAnImprobableLabelIsExact(DataType type) {
    MultiLayerNetwork network = Heads.network(type, Heads.head(CLASSES).build());
    INDArray w = network.getParam("0_W");
    w.assign(0);
    INDArray b = network.getParam("0_b");
    b.assign(0);
    b.putScalar(13, 1e4);
    INDArray ids = Nd4j.zeros(DataType.INT32, Heads.EXAMPLES, Heads.STEPS);
    INDArray x = Heads.input(type);
    assertThat(network.score(new DataSet(x, ids))).isEqualTo(1e4 * Heads.STEPS);
    INDArray gradient =
        network.calculateGradients(x, ids, null, null).getFirst().getGradientFor("0_b");
    assertThat(gradient.getDouble(0)).isEqualTo(-Heads.EXAMPLES * Heads.STEPS);
    assertThat(gradient.getDouble(13)).isEqualTo(Heads.EXAMPLES * Heads.STEPS);
    assertThat(gradient.getDouble(14)).isCloseTo(0, within(1e-30));
  }

  /** A loss that cannot be computed is not a number, rather than any number. */
  @ParameterizedTest
  @ValueSource(strings = {"FLOAT", "DOUBLE"})
  void infinityGivesNoNumber(DataType type) {
    MultiLayerNetwork network = Heads.network(type, Heads.head(CLASSES).build());
    network.getParam("0_b").putScalar(13, Double.POSITIVE_INFINITY);
    INDArray x = Heads.input(type);
    assertThat(network.score(new DataSet(x, Heads.ids(CLASSES)))).isNaN();
    network.getParam("0_b").putScalar(13, Double.NEGATIVE_INFINITY);
    INDArray p = network.output(x, false);
    assertThat(p.getDouble(0, 13, 0)).isCloseTo(0, within(1e-30));
    assertThat(p.sumNumber().doubleValue()).isCloseTo(Heads.EXAMPLES * Heads.STEPS, within(1e-4));
  }

  @Test
  void badLabelsAreNamed() {
    LanguageModelHead.Builder head = Heads.head(CLASSES);
    head.setLayerName("out");
    MultiLayerNetwork network = Heads.network(DataType.FLOAT, head.build());
    for (double bad : new double[] {CLASSES, -1, 2.5, Double.NaN, Double.POSITIVE_INFINITY}) {
      INDArray ids = Heads.ids(CLASSES).castTo(DataType.DOUBLE);
      ids.putScalar(1, 7, bad);
      assertThatThrownBy(() -> network.score(new DataSet(Heads.input(DataType.FLOAT), ids)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "LanguageModelHead 'out': the label of example 1 at step 7 is %s but must be a whole"
                  + " number from 0 to 96.",
              bad == Math.rint(bad) && !Double.isInfinite(bad) ? (int) bad + "" : bad + "");
      INDArray mask = Nd4j.ones(Heads.EXAMPLES, Heads.STEPS);
      mask.putScalar(1, 7, 0);
      assertThat(network.score(new DataSet(Heads.input(DataType.FLOAT), ids, null, mask)))
          .as("a masked label is not read")
          .isFinite();
    }
    INDArray soft = Heads.oneHot(Heads.ids(CLASSES), CLASSES, DataType.FLOAT);
    soft.putScalar(2, 3, 5, 0.25);
    assertThatThrownBy(() -> network.score(new DataSet(Heads.input(DataType.FLOAT), soft)))
        .hasMessage(
            "LanguageModelHead 'out': the label of example 2 at step 5 has 0.25 for class 3 but"
                + " must have 1 for one class and 0 for all others.");
    soft.get(NDArrayIndex.point(2), NDArrayIndex.all(), NDArrayIndex.point(5)).assign(0);
    assertThatThrownBy(() -> network.score(new DataSet(Heads.input(DataType.FLOAT), soft)))
        .hasMessageContaining("at step 5 has 0 for all classes but must");
    INDArray shorter = Nd4j.zeros(Heads.EXAMPLES, Heads.STEPS - 1);
    assertThatThrownBy(() -> network.score(new DataSet(Heads.input(DataType.FLOAT), shorter)))
        .hasMessage(
            "LanguageModelHead 'out': the labels' shape is [3, 10] but must be [3, 11] or, one-hot,"
                + " [3, 97, 11].");
    assertThatThrownBy(() -> network.output(Nd4j.zeros(2, 7, 3)))
        .hasMessage(
            "LanguageModelHead 'out': the input's shape is [2, 7, 3] but must be [examples, 5,"
                + " steps].");
  }

  @Test
  void evaluatesAsTheStockLayerDoes() {
    MultiLayerNetwork stock = Heads.network(DataType.FLOAT, Heads.stock(CLASSES).build());
    MultiLayerNetwork ours = Heads.network(DataType.FLOAT, Heads.head(CLASSES).build());
    DataSet data =
        new DataSet(
            Heads.input(DataType.FLOAT).mul(5),
            Heads.oneHot(Heads.ids(CLASSES), CLASSES, DataType.FLOAT),
            null,
            Heads.mask(DataType.FLOAT));
    Evaluation expected = stock.evaluate(new ListDataSetIterator<>(List.of(data), 3));
    Evaluation actual = ours.evaluate(new ListDataSetIterator<>(List.of(data), 3));
    assertThat(actual.getConfusionMatrix()).isEqualTo(expected.getConfusionMatrix());
    assertThat(actual.getNumRowCounter())
        .isEqualTo(Heads.mask(DataType.FLOAT).sumNumber().intValue());
  }

  @Test
  void aBatchWithoutAStepThatCountsHasNoGradient() {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      MultiLayerNetwork network = Heads.network(type, Heads.head(CLASSES).build());
      INDArray x = Heads.input(type);
      INDArray none = Nd4j.zeros(type, Heads.EXAMPLES, Heads.STEPS);
      assertThat(network.score(new DataSet(x, Heads.ids(CLASSES), null, none))).isZero();
      Pair<Gradient, INDArray> gradients =
          network.calculateGradients(x, Heads.ids(CLASSES), null, none);
      assertThat(gradients.getFirst().gradient().amaxNumber().doubleValue()).isZero();
      assertThat(gradients.getSecond().amaxNumber().doubleValue()).isZero();
    }
  }

  /** Drops the first feature. */
  private static final class FirstFeature implements IDropout {
    @Override
    public INDArray applyDropout(
        INDArray input, INDArray result, int iteration, int epoch, LayerWorkspaceMgr workspaces) {
      result.assign(input);
      result.get(NDArrayIndex.all(), NDArrayIndex.point(0)).assign(0);
      return result;
    }

    @Override
    public INDArray backprop(
        INDArray gradientAtOutput, INDArray gradientAtInput, int iteration, int epoch) {
      return applyDropout(
          gradientAtOutput.dup(),
          gradientAtInput,
          iteration,
          epoch,
          LayerWorkspaceMgr.noWorkspaces());
    }

    @Override
    public void clear() {}

    @Override
    public IDropout clone() {
      return new FirstFeature();
    }
  }

  @Test
  void dropoutReachesTheInputInTrainingOnly() {
    MultiLayerNetwork network =
        Heads.network(DataType.FLOAT, Heads.head(CLASSES).dropOut(new FirstFeature()).build());
    MultiLayerNetwork plain = Heads.network(DataType.FLOAT, Heads.head(CLASSES).build());
    INDArray x = Heads.input(DataType.FLOAT);
    INDArray given = x.dup();
    INDArray ids = Heads.ids(CLASSES);
    assertThat(network.output(x, false)).isEqualTo(plain.output(x, false));
    Pair<Gradient, INDArray> gradients = network.calculateGradients(x, ids, null, null);
    INDArray w = gradients.getFirst().getGradientFor("0_W");
    assertThat(w.getRow(0).amaxNumber().doubleValue()).isZero();
    assertThat(w.getRow(1).amaxNumber().doubleValue()).isPositive();
    assertThat(
            gradients
                .getSecond()
                .get(NDArrayIndex.all(), NDArrayIndex.point(0))
                .amaxNumber()
                .doubleValue())
        .isZero();
    assertThat(x).isEqualTo(given);
    x.get(NDArrayIndex.all(), NDArrayIndex.point(0)).assign(0);
    network.fit(new DataSet(given, ids));
    assertThat(network.score()).isEqualTo(plain.score(new DataSet(x, ids)));
  }

  /** Counts how often each parameter is asked for. */
  private record CountingNoise(Map<String, Integer> calls) implements IWeightNoise {
    @Override
    public INDArray getParameter(
        org.deeplearning4j.nn.api.Layer layer,
        String parameter,
        int iteration,
        int epoch,
        boolean training,
        LayerWorkspaceMgr workspaces) {
      calls.merge(parameter, 1, Integer::sum);
      return layer.getParam(parameter);
    }

    @Override
    public IWeightNoise clone() {
      return this;
    }
  }

  /** The score of a step of training is that of its backward pass, not of a pass of its own. */
  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void computesTheLossesOfAStepOnce(boolean graph, boolean masked) {
    Map<String, Integer> calls = new HashMap<>();
    MultiLayerNetwork network =
        Heads.network(
            DataType.FLOAT, Heads.head(CLASSES).weightNoise(new CountingNoise(calls)).build());
    INDArray x = Heads.input(DataType.FLOAT);
    INDArray ids = Heads.ids(CLASSES);
    INDArray mask = masked ? Heads.mask(DataType.FLOAT) : null;
    DataSet data = new DataSet(x, ids, null, mask);
    double expected = network.score(data);
    calls.clear();
    if (graph) {
      ComputationGraph same = network.toComputationGraph();
      same.fit(data);
      assertThat(same.score()).isCloseTo(expected, within(1e-5 * expected));
    } else {
      network.fit(data);
      assertThat(network.score()).isCloseTo(expected, within(1e-5 * expected));
    }
    assertThat(calls).containsOnly(Map.entry("W", 1), Map.entry("b", 1));
  }

  /** Another mask after the backward pass, or none, has losses of its own. */
  @Test
  void anotherMaskHasOtherLosses() {
    MultiLayerNetwork network = Heads.network(DataType.FLOAT, Heads.head(CLASSES).build());
    INDArray x = Heads.input(DataType.FLOAT);
    INDArray ids = Heads.ids(CLASSES);
    INDArray mask = Heads.mask(DataType.FLOAT);
    double masked = network.score(new DataSet(x, ids, null, mask));
    double whole = network.score(new DataSet(x, ids));
    assertThat(masked).isNotCloseTo(whole, within(0.1 * whole));
    network.calculateGradients(x, ids, null, mask); // makes room for gradients
    IOutputLayer head = (IOutputLayer) network.getOutputLayer();
    LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces();
    head.setInput(x, workspaces);
    head.setLabels(ids);
    head.setMaskArray(mask);
    head.backpropGradient(null, workspaces);
    assertThat(head.computeScore(0, true, workspaces)).isCloseTo(masked, within(1e-5 * masked));
    head.setMaskArray(null);
    assertThat(head.computeScore(0, true, workspaces)).isCloseTo(whole, within(1e-5 * whole));
    head.backpropGradient(null, workspaces);
    head.setMaskArray(mask);
    assertThat(head.computeScore(0, true, workspaces)).isCloseTo(masked, within(1e-5 * masked));
  }

  /** Losses of a step are not those of the next score, even if only the parameters have changed. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theScoreAfterAStepIsThatOfTheNewParameters(boolean masked) {
    MultiLayerNetwork network =
        Heads.network(DataType.FLOAT, new Adam(0.1), Heads.head(CLASSES).build());
    ComputationGraph graph = network.toComputationGraph();
    INDArray mask = masked ? Heads.mask(DataType.FLOAT) : null;
    DataSet data = new DataSet(Heads.input(DataType.FLOAT), Heads.ids(CLASSES), null, mask);
    for (int step = 0; step < 3; step++) {
      graph.fit(data);
      double score = graph.clone().score(data, true);
      assertThat(graph.score(data, true)).isEqualTo(score);
      graph.computeGradientAndScore();
      assertThat(graph.score()).as("once more, by hand").isEqualTo(score);
    }
  }

  private static void assertClose(INDArray actual, INDArray expected, double tolerance) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    double scale = Math.max(1, expected.amaxNumber().doubleValue());
    assertThat(
            actual
                .castTo(DataType.DOUBLE)
                .sub(expected.castTo(DataType.DOUBLE))
                .amaxNumber()
                .doubleValue())
        .isLessThanOrEqualTo(tolerance * scale);
  }
}
