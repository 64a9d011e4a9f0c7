package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.attention4j.dl4j.ExactSameDiffLayer;
import org.attention4j.dl4j.LearningRates;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.distribution.ConstantDistribution;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.conf.weightnoise.WeightNoise;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.deeplearning4j.util.NetworkUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.schedule.FixedSchedule;

/** Settings that Deeplearning4j hands to its own layers reach ours: each test asks an LSTM, too. */
class SettingsTest {
  private static final int EXAMPLES = 3;
  private static final int STEPS = 7;

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(61);
  }

  static Stream<Layer> layers() {
    return Stream.concat(
        Stream.of(new LSTM.Builder().nOut(Sizes.OUT).name("lstm").build()),
        Stream.concat(
            Layers.all()
                .filter(layer -> !layer.getLayerName().equals("stock options"))
                .filter(layer -> !layer.getLayerName().equals("no projection")),
            Stream.of(
                new LearnedSelfAttentionLayer.Builder()
                    .nOut(Sizes.OUT)
                    .nHeads(2)
                    .projectInput(true)
                    .nQueries(STEPS)
                    .name("learned queries")
                    .build())));
  }

  private static MultiLayerNetwork network(
      Layer layer, Consumer<NeuralNetConfiguration.Builder> settings) {
    return TestNetworks.of(layer).learningRate(0.5).settings(settings).network(DataType.DOUBLE);
  }

  private static DataSet data() {
    return new DataSet(
        Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS),
        Sequences.labels(DataType.DOUBLE, EXAMPLES, STEPS));
  }

  private static BaseLayer conf(MultiLayerNetwork network) {
    return (BaseLayer) network.getLayer(0).conf().getLayer();
  }

  @ParameterizedTest
  @MethodSource("layers")
  void learningRate(Layer layer) {
    MultiLayerNetwork network = network(layer, b -> b.updater(new Adam(0.5)));
    network.fit(data());
    assertThat(NetworkUtils.getLearningRate(network, 0)).isEqualTo(0.5);
    INDArray remembered = network.getUpdater().getStateViewArray().dup();
    INDArray before = network.getLayer(0).params().dup();
    NetworkUtils.setLearningRate(network, 0);
    assertThat(NetworkUtils.getLearningRate(network, 0)).isZero();
    assertThat(network.getUpdater().getStateViewArray()).isEqualTo(remembered);
    network.fit(data());
    assertThat(network.getLayer(0).params()).isEqualTo(before);

    NetworkUtils.setLearningRate(network, 0, 0.25);
    network.fit(data());
    assertThat(network.getLayer(0).params()).isNotEqualTo(before);
    NetworkUtils.setLearningRate(network, new FixedSchedule(0));
    INDArray now = network.params().dup();
    network.fit(data());
    assertThat(network.params()).isEqualTo(now);
  }

  @ParameterizedTest
  @MethodSource("layers")
  void fineTuning(Layer layer) {
    MultiLayerNetwork trained = network(layer, b -> b.l1(0.01));
    MultiLayerNetwork tuned =
        new TransferLearning.Builder(trained)
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder()
                    .updater(new Sgd(0))
                    .l2(0.125)
                    .biasUpdater(new Sgd(0))
                    .dropOut(0.5)
                    .weightNoise(new DropConnect(0.75))
                    .gradientNormalization(GradientNormalization.ClipL2PerLayer)
                    .gradientNormalizationThreshold(0.375)
                    .build())
            .build();
    BaseLayer conf = conf(tuned);
    assertThat(conf.getRegularization()).containsExactly(new L2Regularization(0.125));
    assertThat(conf.getIDropout()).isEqualTo(new Dropout(0.5));
    assertThat(conf.getWeightNoise()).isEqualTo(new DropConnect(0.75));
    assertThat(conf.getGradientNormalization()).isEqualTo(GradientNormalization.ClipL2PerLayer);
    assertThat(conf.getGradientNormalizationThreshold()).isEqualTo(0.375);
    INDArray before = tuned.params().dup();
    tuned.fit(data());
    assertThat(tuned.params()).isEqualTo(before);
    double weights = 0;
    for (String name : conf.initializer().weightKeys(conf)) {
      weights += Math.pow(tuned.getLayer(0).getParam(name).norm2Number().doubleValue(), 2);
    }
    assertThat(tuned.getLayer(0).calcRegularizationScore(true))
        .isCloseTo(0.125 / 2 * weights, within(1e-9));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void globalSettings(Layer layer) {
    MultiLayerNetwork network =
        network(
            layer,
            b ->
                b.weightInit(new WeightInitConstant(0.25))
                    .biasInit(0.375)
                    .l1(0.01)
                    .l2Bias(0.02)
                    .updater(new Adam(0.003))
                    .biasUpdater(new Sgd(0.004))
                    .dropOut(0.9)
                    .weightNoise(new WeightNoise(new ConstantDistribution(0.5)))
                    .gradientNormalization(GradientNormalization.ClipElementWiseAbsoluteValue)
                    .gradientNormalizationThreshold(0.5));
    BaseLayer conf = conf(network);
    assertThat(conf.getRegularization()).containsExactly(new L1Regularization(0.01));
    assertThat(conf.getRegularizationBias()).containsExactly(new L2Regularization(0.02));
    assertThat(conf.getIUpdater()).isEqualTo(new Adam(0.003));
    assertThat(conf.getBiasUpdater()).isEqualTo(new Sgd(0.004));
    assertThat(conf.getIDropout()).isEqualTo(new Dropout(0.9));
    assertThat(conf.getWeightNoise()).isEqualTo(new WeightNoise(new ConstantDistribution(0.5)));
    assertThat(conf.getGradientNormalization())
        .isEqualTo(GradientNormalization.ClipElementWiseAbsoluteValue);
    assertThat(conf.getGradientNormalizationThreshold()).isEqualTo(0.5);
    for (String name : conf.initializer().weightKeys(conf)) {
      // Positions start small, and gates that forget start equal, whatever scheme is set.
      boolean ownInit = layer instanceof LearnedPositionEmbedding || name.equals("Wforget");
      INDArray weights = network.getLayer(0).getParam(name);
      assertThat(weights.sub(0.25).amaxNumber().doubleValue() == 0).as(name).isEqualTo(!ownInit);
    }
    for (String name : List.of("bq", "bo", "b1", "b2", "bias")) {
      INDArray bias = network.getLayer(0).paramTable().get(name);
      if (bias != null) {
        assertThat(bias.sub(0.375).amaxNumber().doubleValue()).as(name).isZero();
      }
    }
    INDArray before = network.params().dup();
    network.fit(data());
    assertThat(network.params()).isNotEqualTo(before);
    assertThat(network.params().isNaN().any()).isFalse();
  }

  /** Training with weights one half higher is training with noise of one half. */
  @ParameterizedTest
  @MethodSource("layers")
  void weightNoise(Layer layer) {
    if (layer.getLayerName().equals("attention dropout")) {
      return; // two sources of chance
    }
    MultiLayerNetwork noisy =
        network(layer, b -> b.weightNoise(new WeightNoise(new ConstantDistribution(0.5))));
    MultiLayerNetwork shifted = network(layer, b -> {});
    shifted.setParams(noisy.params().dup());
    BaseLayer conf = conf(noisy);
    for (int index = 0; index < 2; index++) {
      org.deeplearning4j.nn.conf.layers.Layer one = shifted.getLayer(index).conf().getLayer();
      for (String name : one.initializer().weightKeys(one)) {
        shifted.getLayer(index).getParam(name).addi(0.5);
      }
    }
    DataSet data = data();
    noisy.fit(data);
    INDArray start = shifted.params().dup();
    shifted.fit(data);
    assertThat(noisy.score()).isCloseTo(shifted.score(), within(1e-9));
    for (String name : conf.initializer().weightKeys(conf)) {
      INDArray step = shifted.getLayer(0).getParam(name);
      assertThat(noisy.getLayer(0).getParam(name).add(0.5).sub(step).amaxNumber().doubleValue())
          .as(name)
          .isLessThan(1e-9);
    }
    assertThat(shifted.params()).isNotEqualTo(start);
    INDArray once = noisy.output(data.getFeatures());
    assertThat(noisy.output(data.getFeatures())).isEqualTo(once);
  }

  private static ComputationGraph graph(
      AttentionVertex vertex, Consumer<NeuralNetConfiguration.Builder> settings) {
    return TestNetworks.of(vertex, 0).learningRate(0.5).settings(settings).graph(DataType.DOUBLE);
  }

  private static AttentionVertex vertex() {
    return new AttentionVertex.Builder()
        .nInQueries(Sizes.SIZE)
        .nInKeys(Sizes.SIZE)
        .nInValues(Sizes.SIZE)
        .nOut(Sizes.OUT)
        .nHeads(2)
        .hasBias(true)
        .projectInput(true)
        .build();
  }

  private static MultiDataSet graphData() {
    DataSet data = data();
    return new MultiDataSet(data.getFeatures(), data.getLabels());
  }

  @Test
  void vertexHasTheNetworksInitialisation() {
    ComputationGraph graph =
        graph(vertex(), b -> b.weightInit(new WeightInitConstant(0.25)).biasInit(0.375));
    Map<String, INDArray> parameters = graph.getVertex("attention").paramTable(false);
    for (String name : List.of("Wq", "Wk", "Wv", "Wo")) {
      assertThat(parameters.get(name).sub(0.25).amaxNumber().doubleValue()).isZero();
    }
    for (String name : List.of("bq", "bk", "bv", "bo")) {
      assertThat(parameters.get(name).sub(0.375).amaxNumber().doubleValue()).isZero();
    }
  }

  @Test
  void vertexIsFineTuned() {
    ComputationGraph trained = graph(vertex(), b -> b.l1(0.01));
    trained.fit(graphData());
    ComputationGraph tuned =
        new TransferLearning.GraphBuilder(trained)
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Sgd(0)).l2(0.125).build())
            .build();
    AttentionVertex conf =
        (AttentionVertex) tuned.getConfiguration().getVertices().get("attention");
    assertThat(conf.getUpdater()).isEqualTo(new Sgd(0));
    assertThat(conf.getRegularization()).containsExactly(new L2Regularization(0.125));
    INDArray before = tuned.params().dup();
    tuned.fit(graphData());
    assertThat(tuned.params()).isEqualTo(before);
    ComputationGraph same =
        new TransferLearning.GraphBuilder(trained)
            .fineTuneConfiguration(new FineTuneConfiguration.Builder().seed(3).build())
            .build();
    AttentionVertex kept = (AttentionVertex) same.getConfiguration().getVertices().get("attention");
    assertThat(kept.getUpdater()).isEqualTo(new Sgd(0.5));
    assertThat(kept.getRegularization()).containsExactly(new L1Regularization(0.01));
  }

  @Test
  void learningRateOfAVertex() {
    ComputationGraph graph = graph(vertex(), b -> b.updater(new Adam(0.5)));
    graph.fit(graphData());
    INDArray before = graph.params().dup();
    INDArray remembered = graph.getUpdater().getStateViewArray().dup();
    LearningRates.set(graph, 0);
    assertThat(graph.getUpdater().getStateViewArray()).isEqualTo(remembered);
    graph.fit(graphData());
    assertThat(graph.params()).isEqualTo(before);
    LearningRates.set(graph, new FixedSchedule(0.5));
    graph.fit(graphData());
    assertThat(
            graph
                .getVertex("attention")
                .params()
                .sub(
                    before.get(
                        org.nd4j.linalg.indexing.NDArrayIndex.interval(
                            0, graph.getVertex("attention").numParams())))
                .amaxNumber()
                .doubleValue())
        .isPositive();
  }

  /** A vertex shares no updater with the network or its other vertices. */
  @Test
  void updatersAreNotShared() {
    IUpdater updater = new Sgd(0.5);
    ComputationGraph graph = graph(vertex(), b -> b.updater(updater));
    LearningRates.set(graph, 0.25);
    assertThat(updater).isEqualTo(new Sgd(0.5));
  }

  @Test
  void optionsThatALayerHasNoUseForAreRefused() {
    assertThatThrownBy(
            () ->
                new SelfAttentionLayer.Builder().nIn(5).nOut(5).activation(Activation.TANH).build())
        .hasMessageContaining("activation is ")
        .hasMessageContaining("must be left out, as this layer has none");
    assertThatThrownBy(
            () -> new LayerNorm.Builder().constrainRecurrent(new MaxNormConstraint(1, 1)).build())
        .hasMessageContaining("constrainRecurrent is ");
    assertThatThrownBy(
            () ->
                new FeedForwardBlock.Builder()
                    .constrainInputWeights(new MaxNormConstraint(1, 1))
                    .build())
        .hasMessageContaining("constrainInputWeights is ");
    assertThatThrownBy(
            () ->
                new FeedForwardBlock.Builder()
                    .weightInitRecurrent(new WeightInitConstant(1))
                    .build())
        .hasMessageContaining("weightInitRecurrent is ");
    assertThatThrownBy(
            () ->
                new LayerNorm.Builder()
                    .dataFormat(org.deeplearning4j.nn.conf.RNNFormat.NWC)
                    .build())
        .hasMessageContaining("dataFormat is NWC but must be NCW");
    assertThatThrownBy(() -> new LayerNorm.Builder().nIn(5).nOut(7).build())
        .hasMessageContaining("nOut is 7 but must be left out, as this layer keeps the size nIn 5");
  }

  @Test
  void recurrentOptions() {
    RecurrentAttentionLayer layer =
        new RecurrentAttentionLayer.Builder()
            .nOut(Sizes.OUT)
            .weightInitRecurrent(new WeightInitConstant(0.5))
            .constrainRecurrent(new MaxNormConstraint(0.25, 1))
            .constrainInputWeights(new MaxNormConstraint(0.125, 1))
            .build();
    MultiLayerNetwork network = network(layer, b -> {});
    assertThat(network.getParam("0_RW").sub(0.5).amaxNumber().doubleValue()).isZero();
    network.fit(data());
    assertThat(network.getParam("0_RW").norm2(1).maxNumber().doubleValue())
        .isCloseTo(0.25, within(1e-5));
    assertThat(network.getParam("0_W").norm2(1).maxNumber().doubleValue()).isLessThan(0.125 + 1e-5);
  }

  @Test
  void gainStartsAsChosen() {
    MultiLayerNetwork network =
        network(
            new SelfAttentionLayer.Builder()
                .nOut(14)
                .nHeads(2)
                .projectInput(true)
                .qkNorm(true)
                .gainInit(0.5)
                .build(),
            b -> {});
    assertThat(network.getParam("0_gq").sub(0.5).amaxNumber().doubleValue()).isZero();
    MultiLayerNetwork norm = network(new LayerNorm.Builder().gainInit(0.5).build(), b -> {});
    assertThat(norm.getParam("0_gain").sub(0.5).amaxNumber().doubleValue()).isZero();
  }

  @Test
  void weightInitByName() {
    MultiLayerNetwork network =
        network(
            new SelfAttentionLayer.Builder()
                .nOut(14)
                .nHeads(2)
                .projectInput(true)
                .weightInit("Wk", new WeightInitConstant(0.5))
                .build(),
            b -> b.updater(new NoOp()));
    assertThat(network.getParam("0_Wk").sub(0.5).amaxNumber().doubleValue()).isZero();
    assertThat(network.getParam("0_Wq").sub(0.5).amaxNumber().doubleValue()).isPositive();
    assertThat(((ExactSameDiffLayer) conf(network)).getParamWeightInit()).containsOnlyKeys("Wk");
  }
}
