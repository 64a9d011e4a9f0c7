package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.attention4j.layers.Networks.EXAMPLES;
import static org.attention4j.layers.Networks.HEADS;
import static org.attention4j.layers.Networks.OUT;
import static org.attention4j.layers.Networks.SIZE;
import static org.attention4j.layers.Networks.STEPS;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.attention4j.dl4j.ExactSameDiffVertex;
import org.attention4j.dl4j.Intermediates;
import org.attention4j.dl4j.LayerGraph;
import org.attention4j.dl4j.TrainingGraph;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.theory.WeightRow;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.buffer.util.DataTypeUtil;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** The penalty on low entropy: its value, its gradient, its place in the score, its effect. */
class EntropyPenaltyTest {
  private static final double STRENGTH = 2.3;
  private static final double FLOOR = 0.9;

  /** DL4J's check wants to be told DOUBLE by a global switch. */
  @BeforeEach
  void doublePrecision() {
    Nd4j.getRandom().setSeed(89); // first, because the start of ND4J sets the switch
    DataTypeUtil.setDTypeForContext(DataType.DOUBLE);
  }

  @AfterEach
  void restore() {
    DataTypeUtil.setDTypeForContext(DataType.FLOAT);
  }

  private static SelfAttentionLayer.Builder self() {
    return sized(new SelfAttentionLayer.Builder());
  }

  private static LearnedSelfAttentionLayer.Builder learned(int nQueries) {
    return sized(new LearnedSelfAttentionLayer.Builder()).nQueries(nQueries);
  }

  private static RecurrentAttentionLayer.Builder recurrent() {
    return sized(new RecurrentAttentionLayer.Builder());
  }

  /** Scores far apart, so that many rows are below the floor. */
  private static <T extends AttentionLayerBuilder<T>> T sized(T builder) {
    return builder.nIn(SIZE).nOut(OUT).nHeads(HEADS).projectInput(true).scale(1.7);
  }

  private static MultiLayerNetwork network(org.deeplearning4j.nn.conf.layers.Layer... layers) {
    Nd4j.getRandom().setSeed(97);
    MultiLayerNetwork network = Networks.of(DataType.DOUBLE, layers);
    network.params().addi(Nd4j.randn(DataType.DOUBLE, network.numParams()).muli(0.2));
    // The loss clips small probabilities and the gradient does not.
    ((LossMCXENT) ((RnnOutputLayer) network.getOutputLayer().conf().getLayer()).getLossFn())
        .setSoftmaxClipEps(0);
    return network;
  }

  private static DataSet data(int examples, int steps, boolean masked) {
    INDArray mask = masked ? Networks.mask(DataType.DOUBLE, examples, steps) : null;
    return new DataSet(
        Networks.input(DataType.DOUBLE, examples, steps),
        Networks.labels(DataType.DOUBLE, examples, steps),
        mask,
        mask);
  }

  /** Without labels' mask, for a layer whose output has not the steps of its input. */
  private static DataSet data(int examples, int steps, boolean masked, int outputSteps) {
    DataSet data = data(examples, steps, masked);
    return outputSteps == steps
        ? data
        : new DataSet(
            data.getFeatures(),
            Networks.labels(DataType.DOUBLE, examples, outputSteps),
            data.getFeaturesMaskArray(),
            null);
  }

  /** What the penalty adds to the training score of a network whose first layer has it. */
  private static double penalty(AttentionLayerBuilder<?> builder, DataSet data) {
    builder.attentionEntropyPenalty(STRENGTH, FLOOR);
    double with = network(builder.build()).score(data, true);
    builder.attentionEntropyPenalty(0, FLOOR);
    double without = network(builder.build()).score(data, true);
    return with - without;
  }

  // ---- value

  static Stream<Arguments> layers() {
    List<Arguments> result = new ArrayList<>();
    for (Normalizer normalizer :
        List.of(
            Normalizers.softmax(),
            Normalizers.sparsemax(),
            Normalizers.topK(2),
            Normalizers.sigmoid(),
            Normalizers.softmax1(1),
            Normalizers.softpick(),
            Normalizers.selfAdjust())) {
      for (boolean masked : new boolean[] {false, true}) {
        result.add(Arguments.of(self().normalizer(normalizer), masked, STEPS));
        result.add(Arguments.of(self().normalizer(normalizer).causal(true), masked, STEPS));
        result.add(Arguments.of(learned(3).normalizer(normalizer), masked, 3));
      }
    }
    for (boolean masked : new boolean[] {false, true}) {
      result.add(Arguments.of(recurrent(), masked, STEPS));
      result.add(Arguments.of(recurrent().normalizer(Normalizers.sigmoid()), masked, STEPS));
    }
    return result.stream();
  }

  /** Row by row in plain loops, with the entropy of the theory package. */
  @ParameterizedTest
  @MethodSource("layers")
  void isTheFormula(AttentionLayerBuilder<?> builder, boolean masked, int outputSteps) {
    DataSet data = data(EXAMPLES, STEPS, masked, outputSteps);
    AttentionLayer layer = builder.build();
    INDArray mask = data.getFeaturesMaskArray();
    INDArray weights = weights(network(layer), data.getFeatures(), mask);
    double expected = 0;
    for (int head = 0; head < HEADS; head++) {
      double sum = 0;
      int rows = 0;
      for (int example = 0; example < EXAMPLES; example++) {
        for (int query = 0; query < outputSteps; query++) {
          double[] row = row(weights, layer, mask, example, head, query);
          if (row.length >= 2 && WeightRow.mass(row) > 0) {
            sum += Math.max(0, FLOOR - WeightRow.normalizedEntropy(row));
            rows++;
          }
        }
      }
      assertThat(rows).isGreaterThan(5);
      expected += STRENGTH * sum / rows;
    }
    assertThat(expected).isGreaterThan(1e-2);
    assertThat(penalty(builder, data)).isCloseTo(expected, within(1e-9));
  }

  private static INDArray weights(
      MultiLayerNetwork network, INDArray input, @Nullable INDArray mask) {
    return Objects.requireNonNull(
        Intermediates.of(network.getLayer(0), input, mask, AttentionLayer.WEIGHTS)
            .get(AttentionLayer.WEIGHTS));
  }

  /** The weights of the visible keys; none for a query that does not count. */
  private static double[] row(
      INDArray weights,
      AttentionLayer layer,
      @Nullable INDArray mask,
      int example,
      int head,
      int query) {
    boolean ownQueries = !(layer instanceof LearnedSelfAttentionLayer);
    if (ownQueries && mask != null && mask.getDouble(example, query) == 0) {
      return new double[0];
    }
    List<Double> row = new ArrayList<>();
    for (int key = 0; key < STEPS; key++) {
      boolean visible =
          (mask == null || mask.getDouble(example, key) == 1)
              && (!layer.options().causal || key <= query);
      if (visible) {
        row.add(weights.getDouble(example, head, query, key));
      }
    }
    return row.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @ParameterizedTest
  @MethodSource("layers")
  void paddingChangesNothing(AttentionLayerBuilder<?> builder, boolean behind, int outputSteps) {
    int padding = 4;
    boolean learned = outputSteps != STEPS;
    DataSet dense = data(1, STEPS, false, outputSteps);
    int length = STEPS + padding;
    INDArray input = Nd4j.valueArrayOf(new long[] {1, SIZE, length}, Double.NaN, DataType.DOUBLE);
    INDArray mask = Nd4j.zeros(DataType.DOUBLE, 1, length);
    var whole = NDArrayIndex.all();
    var place = behind ? NDArrayIndex.interval(0, STEPS) : NDArrayIndex.interval(padding, length);
    input.get(whole, whole, place).assign(dense.getFeatures());
    mask.get(whole, place).assign(1);
    DataSet padded =
        new DataSet(
            input,
            Networks.labels(DataType.DOUBLE, 1, learned ? outputSteps : length),
            mask,
            learned ? null : mask);
    assertThat(penalty(builder, padded)).isCloseTo(penalty(builder, dense), within(1e-9));
  }

  /** One key, one step, or no visible step at all: there is nothing to penalise. */
  @Test
  void rowsWithoutAChoiceDoNotCount() {
    for (AttentionLayerBuilder<?> builder : List.of(self(), recurrent(), learned(1))) {
      assertThat(penalty(builder, data(2, 1, false))).isZero();
      DataSet empty = data(2, 1, false);
      empty.setFeaturesMaskArray(Nd4j.zeros(DataType.DOUBLE, 2, 1));
      assertThat(penalty(builder, empty)).isZero();
    }
  }

  // ---- gradient

  static Stream<org.deeplearning4j.nn.conf.layers.Layer> penalised() {
    return Stream.<AttentionLayerBuilder<?>>of(
            self(),
            self().causal(true).hasBias(true).position(Position.ALIBI),
            self().normalizer(Normalizers.entmax15()),
            self().normalizer(Normalizers.sigmoid()),
            self().normalizer(Normalizers.softpick()),
            self().normalizer(Normalizers.softmaxWithLearnableTemperature(0.7)).qkNorm(true),
            learned(STEPS),
            recurrent())
        .map(builder -> ((AttentionLayer) penalise(builder).build()));
  }

  private static AttentionLayerBuilder<?> penalise(AttentionLayerBuilder<?> builder) {
    return builder.attentionEntropyPenalty(STRENGTH, FLOOR);
  }

  /** Along one random direction for each parameter. */
  @ParameterizedTest
  @MethodSource("penalised")
  void gradientIsThatOfTheScore(org.deeplearning4j.nn.conf.layers.Layer layer) {
    MultiLayerNetwork network = network(new LayerNorm.Builder().build(), layer);
    for (DataSet data :
        List.of(data(EXAMPLES, STEPS, true), data(5, STEPS, false), data(1, STEPS, true))) {
      assertThat(
              FiniteDifferences.largestError(
                  network,
                  data.getFeatures(),
                  data.getLabels(),
                  data.getFeaturesMaskArray(),
                  data.getLabelsMaskArray()))
          .isLessThan(1e-5);
    }
  }

  @Test
  void passesTheFrameworksCheck() {
    MultiLayerNetwork network =
        network(
            new LayerNorm.Builder().build(),
            self().causal(true).hasBias(true).attentionEntropyPenalty(STRENGTH, FLOOR).build());
    assertThat(check(network, data(EXAMPLES, STEPS, true))).isTrue();
    assertThat(check(network, data(5, STEPS, false))).isTrue();
    assertThat(check(network, data(1, STEPS, false))).isTrue();
    assertThat(check(network.toComputationGraph(), data(EXAMPLES, STEPS, true))).isTrue();
    MultiLayerNetwork ofLearned =
        network(learned(STEPS).attentionEntropyPenalty(STRENGTH, FLOOR).build());
    assertThat(check(ofLearned, data(EXAMPLES, STEPS, true))).isTrue();
    MultiLayerNetwork ofRecurrent =
        network(recurrent().attentionEntropyPenalty(STRENGTH, FLOOR).build());
    assertThat(check(ofRecurrent, data(EXAMPLES, 3, false))).isTrue();
  }

  /** The lower penalised layer gets its own and the upper one's gradient. */
  @Test
  void gradientOfStackedLayers() {
    MultiLayerNetwork network =
        network(
            self().attentionEntropyPenalty(STRENGTH, FLOOR).build(),
            self().nIn(OUT).attentionEntropyPenalty(0.7, 1).build());
    assertThat(check(network, data(EXAMPLES, STEPS, true))).isTrue();
  }

  /** With {@code miniBatch(false)} the network divides neither score nor gradient. */
  @Test
  void gradientWithoutDivisionByTheMinibatch() {
    MultiLayerConfiguration configuration =
        network(self().attentionEntropyPenalty(STRENGTH, FLOOR).build())
            .getLayerWiseConfigurations();
    configuration.getConfs().forEach(layer -> layer.setMiniBatch(false));
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    assertThat(check(network, data(EXAMPLES, STEPS, true))).isTrue();
  }

  @Test
  void gradientWithoutWorkspaces() {
    MultiLayerNetwork network =
        Networks.of(
            DataType.DOUBLE,
            new NoOp(),
            WorkspaceMode.NONE,
            self().attentionEntropyPenalty(STRENGTH, FLOOR).build());
    assertThat(check(network, data(EXAMPLES, STEPS, true))).isTrue();
  }

  /** The penalty takes part in these checks: without it the gradient is another one. */
  @Test
  void gradientContainsThePenalty() {
    DataSet data = data(EXAMPLES, STEPS, false);
    INDArray with = gradient(self().attentionEntropyPenalty(STRENGTH, FLOOR), data);
    INDArray without = gradient(self(), data);
    INDArray twice = gradient(self().attentionEntropyPenalty(2 * STRENGTH, FLOOR), data);
    INDArray difference = with.sub(without);
    assertThat(difference.norm2Number().doubleValue()).isGreaterThan(1e-2);
    assertThat(twice.sub(with).sub(difference).amaxNumber().doubleValue()).isLessThan(1e-12);
  }

  private static INDArray gradient(SelfAttentionLayer.Builder builder, DataSet data) {
    MultiLayerNetwork network = network(builder.build());
    return FiniteDifferences.gradients(network, data.getFeatures(), data.getLabels(), null, null)
        .get("0_Wq")
        .dup();
  }

  private static boolean check(MultiLayerNetwork network, DataSet data) {
    return GradientCheckUtil.checkGradients(
        new GradientCheckUtil.MLNConfig()
            .net(network)
            .input(data.getFeatures())
            .labels(data.getLabels())
            .inputMask(data.getFeaturesMaskArray())
            .labelMask(data.getLabelsMaskArray())
            .maxRelError(1e-5)
            .subset(true)
            .maxPerParam(5));
  }

  private static boolean check(ComputationGraph graph, DataSet data) {
    return GradientCheckUtil.checkGradients(
        new GradientCheckUtil.GraphConfig()
            .net(graph)
            .inputs(new INDArray[] {data.getFeatures()})
            .labels(new INDArray[] {data.getLabels()})
            .inputMask(new INDArray[] {data.getFeaturesMaskArray()})
            .labelMask(new INDArray[] {data.getLabelsMaskArray()})
            .maxRelError(1e-5)
            .subset(true)
            .maxPerParam(5));
  }

  // ---- score

  /** Whatever ran before, the score is that of the pass it is asked for. */
  @Test
  void scoreBelongsToItsForwardPass() {
    MultiLayerNetwork network =
        Networks.of(
            DataType.DOUBLE,
            new Sgd(0),
            WorkspaceMode.ENABLED,
            self().attentionEntropyPenalty(STRENGTH, FLOOR).build());
    MultiLayerNetwork plain = Networks.of(DataType.DOUBLE, self().build());
    plain.setParams(network.params());
    DataSet one = data(EXAMPLES, STEPS, true);
    DataSet other = data(2, 7, false);
    double ofOne = network.score(one, true);
    double ofOther = network.score(other, true);
    assertThat(ofOne - plain.score(one, true)).isGreaterThan(1e-2);
    assertThat(ofOther - plain.score(other, true)).isGreaterThan(1e-2);
    assertThat(network.score(one, true)).isEqualTo(ofOne);
    assertThat(network.score(one, false)).isCloseTo(plain.score(one, false), within(1e-12));
    network.fit(other); // at a learning rate of zero
    assertThat(network.score()).isCloseTo(ofOther, within(1e-12));
    network.output(one.getFeatures());
    assertThat(network.score()).isCloseTo(ofOther, within(1e-12));
    assertThat(network.calcRegularizationScore(true)).isZero();
    network.fit(one);
    assertThat(network.score()).isCloseTo(ofOne, within(1e-12));
  }

  @Test
  void addsToTheOtherRegularization() {
    DataSet data = data(EXAMPLES, STEPS, false);
    double alone = penalty(self(), data);
    assertThat(penalty(self().l1(0.03).l2(0.02), data)).isCloseTo(alone, within(1e-9));
  }

  @Test
  void attentionDropoutDoesNotEnter() {
    DataSet data = data(EXAMPLES, STEPS, false);
    MultiLayerNetwork network =
        network(self().attentionDropout(0.5).attentionEntropyPenalty(STRENGTH, FLOOR).build());
    network.score(data, true);
    assertThat(network.calcRegularizationScore(true))
        .isCloseTo(penalty(self(), data), within(1e-9));
  }

  // ---- effect

  private static double meanEntropy(MultiLayerNetwork network, INDArray input, int head) {
    INDArray weights = weights(network, input, null);
    double sum = 0;
    for (int example = 0; example < EXAMPLES; example++) {
      for (int query = 0; query < STEPS; query++) {
        INDArray row =
            weights.get(
                NDArrayIndex.point(example),
                NDArrayIndex.point(head),
                NDArrayIndex.point(query),
                NDArrayIndex.all());
        sum += WeightRow.normalizedEntropy(row.dup().castTo(DataType.DOUBLE).toDoubleVector());
      }
    }
    return sum / (EXAMPLES * STEPS);
  }

  /** The first head's queries are blown up until it looks at one key; the other is left alone. */
  private static MultiLayerNetwork collapsed(double strength) {
    Nd4j.getRandom().setSeed(101);
    MultiLayerNetwork network =
        Networks.of(
            DataType.FLOAT,
            new Adam(0.02),
            WorkspaceMode.ENABLED,
            new SelfAttentionLayer.Builder()
                .nOut(OUT)
                .nHeads(HEADS)
                .projectInput(true)
                .attentionEntropyPenalty(strength, 0.5)
                .build());
    network.getParam("0_Wq").get(NDArrayIndex.point(0)).muli(17);
    return network;
  }

  @Test
  void trainingOpensACollapsedHead() {
    DataSet data =
        new DataSet(
            Networks.input(DataType.FLOAT, EXAMPLES, STEPS),
            Networks.labels(DataType.FLOAT, EXAMPLES, STEPS));
    MultiLayerNetwork penalised = collapsed(20);
    MultiLayerNetwork free = collapsed(0);
    assertThat(meanEntropy(penalised, data.getFeatures(), 0)).isLessThan(0.25);
    for (int step = 0; step < 100; step++) {
      penalised.fit(data);
      free.fit(data);
    }
    assertThat(meanEntropy(penalised, data.getFeatures(), 0)).isGreaterThan(0.45);
    assertThat(meanEntropy(free, data.getFeatures(), 0)).isLessThan(0.3);
    assertThat(meanEntropy(penalised, data.getFeatures(), 1)).isGreaterThan(0.45);
  }

  /** Weights of exactly zero and of one, and types with few digits. */
  @Test
  void extremeRowsAreFinite() {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.FLOAT16, DataType.DOUBLE}) {
      for (Normalizer normalizer :
          List.of(Normalizers.softmax(), Normalizers.sparsemax(), Normalizers.softmax1(1))) {
        MultiLayerNetwork network =
            Networks.of(
                type,
                self().scale(300).normalizer(normalizer).attentionEntropyPenalty(1, 1).build());
        network.fit(
            new DataSet(
                Networks.input(type, EXAMPLES, STEPS), Networks.labels(type, EXAMPLES, STEPS)));
        assertThat(network.score()).isFinite();
        double size =
            network.getGradientsViewArray().castTo(DataType.DOUBLE).sumNumber().doubleValue();
        assertThat(size).as(type + " " + normalizer).isFinite();
      }
    }
  }

  // ---- off

  @Test
  void offIsTheSameGraph() {
    List<AttentionLayerBuilder<?>> builders = List.of(self(), learned(3), recurrent());
    for (AttentionLayerBuilder<?> builder : builders) {
      List<String> before = TrainingGraph.operations(builder.build(), SIZE, 5);
      builder.attentionEntropyPenalty(0, 0.3);
      assertThat(TrainingGraph.operations(builder.build(), SIZE, 5)).isEqualTo(before);
      assertThat(TrainingGraph.hasLoss(builder.build(), SIZE, 5, true)).isFalse();
      builder.attentionEntropyPenalty(0.1, 0.3);
      AttentionLayer penalised = builder.build();
      assertThat(TrainingGraph.operations(penalised, SIZE, 5)).hasSizeGreaterThan(before.size());
      assertThat(TrainingGraph.hasLoss(penalised, SIZE, 5, true)).isTrue();
      assertThat(TrainingGraph.hasLoss(penalised, SIZE, 5, false)).isFalse();
    }
  }

  // ---- configuration

  @Test
  void survivesJson() {
    MultiLayerNetwork network = network(self().attentionEntropyPenalty(STRENGTH, FLOOR).build());
    MultiLayerConfiguration configuration = network.getLayerWiseConfigurations();
    MultiLayerConfiguration loaded = MultiLayerConfiguration.fromJson(configuration.toJson());
    assertThat(loaded).isEqualTo(configuration);
    MultiLayerNetwork copy = new MultiLayerNetwork(loaded);
    copy.init(network.params(), true);
    DataSet data = data(EXAMPLES, STEPS, false);
    assertThat(copy.score(data, true)).isEqualTo(network.score(data, true));
    assertThat(copy.calcRegularizationScore(true)).isGreaterThan(1e-2);
  }

  @Test
  void bothNumbersCount() {
    assertThat(self().attentionEntropyPenalty(0.1, 0.3).build())
        .isEqualTo(self().attentionEntropyPenalty(0.1, 0.3).build())
        .hasSameHashCodeAs(self().attentionEntropyPenalty(0.1, 0.3).build())
        .isNotEqualTo(self().attentionEntropyPenalty(0.2, 0.3).build())
        .isNotEqualTo(self().attentionEntropyPenalty(0.1, 0.4).build())
        .isNotEqualTo(self().build());
  }

  static Stream<Arguments> wrong() {
    String strength = " but must be at least 0 and finite (0 is off).";
    String floor =
        " but must be above 0 and at most 1 (it is a share of the largest entropy, log n).";
    return Stream.of(
        Arguments.of(-0.1, 0.5, "strength of attentionEntropyPenalty is -0.1" + strength),
        Arguments.of(Double.NaN, 0.5, "strength of attentionEntropyPenalty is NaN" + strength),
        Arguments.of(
            Double.POSITIVE_INFINITY,
            0.5,
            "strength of attentionEntropyPenalty is Infinity" + strength),
        Arguments.of(0.1, 0.0, "floor of attentionEntropyPenalty is 0.0" + floor),
        Arguments.of(0.1, 1.1, "floor of attentionEntropyPenalty is 1.1" + floor),
        Arguments.of(0.1, Double.NaN, "floor of attentionEntropyPenalty is NaN" + floor));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void badNumbersAreNamed(double strength, double floor, String message) {
    assertThatThrownBy(() -> self().attentionEntropyPenalty(strength, floor).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("SelfAttentionLayer: the " + message);
  }

  @Test
  void verticesHaveNoScore() {
    AttentionVertex.Builder builder =
        new AttentionVertex.Builder().nInQueries(3).nInKeys(3).nInValues(3).nOut(3);
    assertThatThrownBy(() -> builder.attentionEntropyPenalty(0.1, 0.5).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "AttentionVertex: the strength of attentionEntropyPenalty is 0.1 but must be 0, since a"
                + " ComputationGraph takes no part of its score from vertices; where one sequence"
                + " attends over itself, use a SelfAttentionLayer, which has the penalty.");
    assertThat(builder.attentionEntropyPenalty(0, 0.5).build()).isNotNull();
  }

  @Test
  void aVertexOfOnesOwnIsToldSo() {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addVertex("vertex", new Lossy(), "in")
                .addLayer(
                    "out",
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nIn(2)
                        .nOut(2)
                        .build(),
                    "vertex")
                .setOutputs("out")
                .build());
    graph.init();
    INDArray input = Nd4j.rand(DataType.FLOAT, 1, 2, 3);
    assertThatThrownBy(() -> graph.fit(new DataSet(input, input)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Lossy: a vertex cannot add to the loss");
  }

  private static final class Lossy extends ExactSameDiffVertex {
    @Override
    public void defineParametersAndInputs(SDVertexParams params) {
      params.defineInputs("in");
    }

    @Override
    public void initializeParameters(java.util.Map<String, INDArray> params) {}

    @Override
    protected SDVariable define(LayerGraph graph) {
      SDVariable x = graph.input("in");
      graph.addLoss(x.sum());
      return x.mul(2.0);
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType... vertexInputs) {
      return vertexInputs[0];
    }

    @Override
    public GraphVertex clone() {
      return new Lossy();
    }
  }
}
