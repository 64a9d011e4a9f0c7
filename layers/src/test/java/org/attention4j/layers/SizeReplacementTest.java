package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** {@code nOutReplace} before and on our layers, in both kinds of network. */
class SizeReplacementTest {
  private static final int STEPS = 7;
  private static final int NEW_SIZE = 11;

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(59);
  }

  /** Layers whose output size is their own, so that no later layer changes. */
  static Stream<Layer> ownSize() {
    return Stream.of(
        new LSTM.Builder().nOut(14).build(),
        new SelfAttentionLayer.Builder()
            .nOut(14)
            .nHeads(2)
            .projectInput(true)
            .hasBias(true)
            .build(),
        new LearnedSelfAttentionLayer.Builder()
            .nOut(14)
            .nHeads(2)
            .projectInput(true)
            .nQueries(STEPS)
            .build(),
        new RecurrentAttentionLayer.Builder().nOut(14).nHeads(2).build(),
        new FeedForwardBlock.Builder().nOut(14).hiddenSize(19).build());
  }

  /** Layers that keep the size of their input. */
  static Stream<Layer> sameSize() {
    return Stream.of(
        new SelfAttentionLayer.Builder().build(),
        new LayerNorm.Builder().build(),
        new LearnedPositionEmbedding.Builder().maxLength(17).build());
  }

  /** An LSTM, "before", and the layer, "ours". */
  private static TestNetworks networks(Layer layer) {
    Layer ours = layer.clone();
    ours.setLayerName("ours");
    return TestNetworks.of(new LSTM.Builder().nOut(3).name("before").build(), ours)
        .learningRate(0.1);
  }

  private static MultiLayerNetwork network(Layer layer) {
    return networks(layer).network(DataType.FLOAT);
  }

  private static ComputationGraph graph(Layer layer) {
    return networks(layer).graph(DataType.FLOAT);
  }

  private static DataSet data() {
    return new DataSet(
        Sequences.input(DataType.FLOAT, 3, STEPS), Sequences.labels(DataType.FLOAT, 3, STEPS));
  }

  @ParameterizedTest
  @MethodSource("ownSize")
  void before(Layer layer) {
    MultiLayerNetwork trained = network(layer);
    MultiLayerNetwork edited =
        new TransferLearning.Builder(trained)
            .nOutReplace(0, NEW_SIZE, new WeightInitConstant(0.5), new WeightInitConstant(0.25))
            .build();
    check(edited, trained);
  }

  private static void check(MultiLayerNetwork edited, MultiLayerNetwork trained) {
    assertThat(edited.layerInputSize(1)).isEqualTo(NEW_SIZE);
    assertThat(edited.layerSize(1)).isEqualTo(trained.layerSize(1));
    assertThat(edited.getLayer(1).numParams()).isNotEqualTo(trained.getLayer(1).numParams());
    org.deeplearning4j.nn.conf.layers.Layer conf = edited.getLayer(1).conf().getLayer();
    for (String name : conf.initializer().weightKeys(conf)) {
      INDArray weights = edited.getLayer(1).getParam(name);
      if (!name.equals("RW")) {
        assertThat(weights.sub(0.25).amaxNumber().doubleValue()).as(name).isZero();
      }
      assertThat(edited.getLayer(1).getParam(name).isNaN().any()).isFalse();
    }
    assertThat(edited.getParam("2_W")).isEqualTo(trained.getParam("2_W"));
    edited.fit(data());
    assertThat(edited.output(data().getFeatures()).isNaN().any()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("ownSize")
  void beforeInAGraph(Layer layer) {
    ComputationGraph trained = graph(layer);
    ComputationGraph edited =
        new TransferLearning.GraphBuilder(trained)
            .nOutReplace("before", NEW_SIZE, WeightInit.XAVIER)
            .build();
    assertThat(edited.layerInputSize("ours")).isEqualTo(NEW_SIZE);
    assertThat(edited.getLayer("ours").numParams())
        .isNotEqualTo(trained.getLayer("ours").numParams());
    assertThat(edited.getParam("out_W")).isEqualTo(trained.getParam("out_W"));
    edited.fit(data());
    assertThat(edited.outputSingle(data().getFeatures()).isNaN().any()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("ownSize")
  void on(Layer layer) {
    MultiLayerNetwork trained = network(layer);
    MultiLayerNetwork edited =
        new TransferLearning.Builder(trained).nOutReplace(1, NEW_SIZE, WeightInit.XAVIER).build();
    assertThat(edited.layerSize(1)).isEqualTo(NEW_SIZE);
    assertThat(edited.getParam("2_W").size(0)).isEqualTo(NEW_SIZE);
    assertThat(edited.getLayer(0).params()).isEqualTo(trained.getLayer(0).params());
    edited.fit(data());
    ComputationGraph graph = graph(layer);
    ComputationGraph editedGraph =
        new TransferLearning.GraphBuilder(graph)
            .nOutReplace("ours", NEW_SIZE, WeightInit.XAVIER)
            .build();
    assertThat(editedGraph.layerSize("ours")).isEqualTo(NEW_SIZE);
    assertThat(editedGraph.getParam("out_W").size(0)).isEqualTo(NEW_SIZE);
    editedGraph.fit(data());
  }

  @ParameterizedTest
  @MethodSource("ownSize")
  void newInput(Layer layer) {
    MultiLayerNetwork trained = TestNetworks.of(layer).learningRate(0.1).network(DataType.FLOAT);
    MultiLayerNetwork edited =
        new TransferLearning.Builder(trained).nInReplace(0, NEW_SIZE, WeightInit.XAVIER).build();
    assertThat(edited.layerInputSize(0)).isEqualTo(NEW_SIZE);
    edited.output(Nd4j.rand(DataType.FLOAT, 3, NEW_SIZE, STEPS));
  }

  /** Its own size changes too, so that the next layer has to be replaced with it. */
  @ParameterizedTest
  @MethodSource("sameSize")
  void beforeALayerThatKeepsTheSize(Layer layer) {
    MultiLayerNetwork trained = network(layer);
    MultiLayerNetwork edited =
        new TransferLearning.Builder(trained)
            .nOutReplace(0, NEW_SIZE, WeightInit.XAVIER)
            .nInReplace(2, NEW_SIZE, WeightInit.XAVIER)
            .build();
    assertThat(edited.layerInputSize(1)).isEqualTo(NEW_SIZE);
    assertThat(edited.layerSize(1)).isEqualTo(NEW_SIZE);
    edited.fit(data());
    assertThat(edited.output(data().getFeatures()).isNaN().any()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("sameSize")
  void onALayerThatKeepsTheSize(Layer layer) {
    MultiLayerNetwork trained = network(layer);
    assertThatThrownBy(
            () ->
                new TransferLearning.Builder(trained)
                    .nOutReplace(1, NEW_SIZE, WeightInit.XAVIER)
                    .build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nOut is 11 but must be ")
        .hasMessageContaining("nIn, which is 3");
  }

  /** Nobody told the attention after the norm, and Deeplearning4j finds the vector too short. */
  @Test
  void aLayerFurtherBehind() {
    MultiLayerNetwork trained =
        TestNetworks.of(
                new LSTM.Builder().nOut(3).build(),
                new LayerNorm.Builder().build(),
                new SelfAttentionLayer.Builder().nOut(14).nHeads(2).projectInput(true).build())
            .network(DataType.FLOAT);
    assertThatThrownBy(
            () ->
                new TransferLearning.Builder(trained)
                    .nOutReplace(0, NEW_SIZE, WeightInit.XAVIER)
                    .build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Indices are out of range");
    MultiLayerNetwork edited =
        new TransferLearning.Builder(trained)
            .nOutReplace(0, NEW_SIZE, WeightInit.XAVIER)
            .nInReplace(2, NEW_SIZE, WeightInit.XAVIER)
            .build();
    edited.fit(data());
    assertThat(edited.layerInputSize(2)).isEqualTo(NEW_SIZE);
  }

  @Test
  void aVertexBehind() {
    AttentionVertex vertex =
        new AttentionVertex.Builder()
            .nInQueries(3)
            .nInKeys(3)
            .nInValues(3)
            .nOut(14)
            .nHeads(2)
            .projectInput(true)
            .build();
    ComputationGraph trained =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("before", new LSTM.Builder().nOut(3).build(), "in")
                .addVertex("attention", vertex, "before")
                .addLayer("out", TestNetworks.classifier(Sizes.CLASSES), "attention")
                .setOutputs("out")
                .setInputTypes(InputType.recurrent(Sizes.SIZE))
                .build());
    trained.init();
    assertThatThrownBy(
            () ->
                new TransferLearning.GraphBuilder(trained)
                    .nOutReplace("before", NEW_SIZE, WeightInit.XAVIER)
                    .build())
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("feeds non-layer vertices");
  }

  @Test
  void aVectorOfAnotherLength() {
    MultiLayerNetwork network = network(ownSize().toList().get(1));
    assertThatThrownBy(() -> network.getLayer(1).setParams(Nd4j.zeros(DataType.FLOAT, 1, 7)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("parameters and cannot be set to a vector of 7");
    assertThatThrownBy(() -> network.getLayer(1).setParam("Wq", Nd4j.zeros(DataType.FLOAT, 7)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("parameter Wq has the shape [2, 7, 3]");
  }
}
