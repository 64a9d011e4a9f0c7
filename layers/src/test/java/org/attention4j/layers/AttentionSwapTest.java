package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.SIZE;
import static org.attention4j.testing.Sizes.STEPS;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** With softmax the outputs stay, and the given network stays as it is. */
class AttentionSwapTest {
  private static final String STOCK = "org.deeplearning4j.nn.conf";

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(37);
  }

  private static org.deeplearning4j.nn.conf.layers.SelfAttentionLayer.Builder stock() {
    return new org.deeplearning4j.nn.conf.layers.SelfAttentionLayer.Builder()
        .nOut(OUT)
        .nHeads(HEADS)
        .projectInput(true);
  }

  private static org.deeplearning4j.nn.conf.graph.AttentionVertex stockVertex() {
    return new org.deeplearning4j.nn.conf.graph.AttentionVertex.Builder()
        .nInQueries(Sizes.input(0))
        .nInKeys(Sizes.input(1))
        .nInValues(Sizes.input(2))
        .nOut(OUT)
        .nHeads(HEADS)
        .headSize(3)
        .projectInput(true)
        .build();
  }

  private static MultiLayerNetwork trained(Layer... layers) {
    MultiLayerNetwork network =
        TestNetworks.of(layers).updater(new Adam(0.01)).network(DataType.DOUBLE);
    for (int i = 0; i < 3; i++) {
      network.fit(
          Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS),
          Sequences.labels(DataType.DOUBLE, EXAMPLES, STEPS));
    }
    return network;
  }

  static Stream<Layer> runnableStockLayers() {
    return Stream.of(
        stock().build(),
        stock().headSize(3).build(),
        new org.deeplearning4j.nn.conf.layers.SelfAttentionLayer.Builder()
            .nIn(SIZE)
            .nOut(SIZE)
            .nHeads(1)
            .build(),
        new org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer.Builder()
            .nOut(OUT)
            .nHeads(HEADS)
            .build(),
        new org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer.Builder()
            .nOut(OUT)
            .nHeads(HEADS)
            .headSize(3)
            .hasBias(false)
            .activation(Activation.SIGMOID)
            .build());
  }

  @ParameterizedTest
  @MethodSource("runnableStockLayers")
  void keepsTheOutputsWithSoftmax(Layer layer) {
    layer.setLayerName("attention");
    MultiLayerNetwork network = trained(layer);
    INDArray input = Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS);

    var result = AttentionSwap.with(Normalizers.softmax()).in(network);

    assertThat(result.replaced()).containsOnlyKeys("attention");
    assertThat(result.kept()).isEmpty();
    assertThat(layerOf(result.network(), 0)).isInstanceOf(AttentionLayer.class);
    assertThat(result.network().params()).isEqualTo(network.params());
    assertThat(largestDifference(result.network().output(input), network.output(input)))
        .isLessThan(1e-9);
  }

  @Test
  void keepsTheOutputsWithSoftmaxInFloatAndMasked() {
    MultiLayerNetwork network =
        TestNetworks.of(stock().build(), stock().build()).network(DataType.FLOAT);
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, STEPS);
    INDArray mask = Sequences.mask(DataType.FLOAT, EXAMPLES, STEPS);
    var result = AttentionSwap.with(Normalizers.softmax()).in(network);
    assertThat(result.replaced()).containsOnlyKeys("layer0", "layer1");
    assertThat(
            largestDifference(
                result.network().output(input, false, mask, mask),
                network.output(input, false, mask, mask)))
        .isLessThan(1e-5);
  }

  /** The stock layer cannot run at all, so that only its parameters can be compared. */
  @Test
  void learnedQueriesRunAfterASwap() {
    MultiLayerNetwork network =
        TestNetworks.of(
                new org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer.Builder()
                    .nOut(OUT)
                    .nHeads(HEADS)
                    .nQueries(3)
                    .projectInput(true)
                    .build())
            .network(DataType.DOUBLE);
    var result = AttentionSwap.with(Normalizers.sparsemax()).in(network);
    INDArray output = result.network().output(Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS));
    assertThat(output.shape()).containsExactly(EXAMPLES, Sizes.CLASSES, 3);
    assertThat(result.network().paramTable()).isEqualTo(network.paramTable());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void vertexKeepsTheOutputsWithSoftmax(boolean frozen) {
    ComputationGraph graph =
        TestNetworks.of(stockVertex(), 0, 1, 2).normedInputs().graph(DataType.DOUBLE);
    if (frozen) {
      graph = new TransferLearning.GraphBuilder(graph).setFeatureExtractor("attention").build();
    }
    INDArray[] inputs = new INDArray[3];
    for (int i = 0; i < 3; i++) {
      int steps = i == 0 ? Sizes.QUERIES : Sizes.KEYS;
      inputs[i] = Sequences.input(DataType.DOUBLE, i, Sizes.EXAMPLES, steps);
    }
    INDArray before = graph.params().dup();

    var result = AttentionSwap.with(Normalizers.softmax()).only("attention").in(graph);

    assertThat(result.replaced()).containsOnlyKeys("attention");
    assertThat(result.network().params()).isEqualTo(before);
    assertThat(graph.params()).isEqualTo(before);
    assertThat(result.network().getConfiguration().toJson())
        .contains(AttentionVertex.class.getName())
        .doesNotContain(STOCK + ".graph.AttentionVertex");
    assertThat(
            largestDifference(
                result.network().outputSingle(inputs.clone()), graph.outputSingle(inputs.clone())))
        .isLessThan(frozen ? 1e-6 : 1e-9); // transfer learning leaves a graph of type FLOAT
  }

  @Test
  void theConfigurationIsThatOfALayerBuiltByHand() {
    MultiLayerNetwork network =
        trained(
            stock().name("a").dropOut(0.8).l1(0.01).l2Bias(0.02).updater(new Adam(0.3)).build());
    MultiLayerNetwork byHand =
        trained(
            new SelfAttentionLayer.Builder()
                .nOut(OUT)
                .nHeads(HEADS)
                .projectInput(true)
                .normalizer(Normalizers.ssmax(0.5))
                .name("a")
                .dropOut(0.8)
                .l1(0.01)
                .l2Bias(0.02)
                .updater(new Adam(0.3))
                .build());
    var result = AttentionSwap.with(Normalizers.ssmax(0.5)).in(network);
    assertThat(layerOf(result.network(), 0)).isEqualTo(layerOf(byHand, 0));
  }

  @Test
  void theOriginalIsUntouched() {
    MultiLayerNetwork network = trained(stock().build());
    String configuration = network.getLayerWiseConfigurations().toJson();
    INDArray parameters = network.params().dup();
    INDArray state = network.getUpdater().getStateViewArray().dup();

    MultiLayerNetwork swapped = AttentionSwap.with(Normalizers.ssmax(0.5)).in(network).network();
    swapped.fit(
        Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS),
        Sequences.labels(DataType.DOUBLE, EXAMPLES, STEPS));
    swapped.setLearningRate(0.5);

    assertThat(network.getLayerWiseConfigurations().toJson()).isEqualTo(configuration);
    assertThat(network.params()).isEqualTo(parameters);
    assertThat(network.getUpdater().getStateViewArray()).isEqualTo(state);
  }

  @Test
  void aLoadedModelCanBeSwappedAndSavedAgain(@TempDir Path directory) throws Exception {
    MultiLayerNetwork network = trained(stock().build());
    INDArray input = Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS);
    var file = directory.resolve("stock.zip").toFile();
    ModelSerializer.writeModel(network, file, true);
    MultiLayerNetwork loaded = ModelSerializer.restoreMultiLayerNetwork(file, true);

    MultiLayerNetwork swapped = AttentionSwap.with(Normalizers.softmax()).in(loaded).network();

    assertThat(largestDifference(swapped.output(input), network.output(input))).isLessThan(1e-9);
    assertThat(swapped.getUpdater().getStateViewArray())
        .isEqualTo(network.getUpdater().getStateViewArray());
    assertThat(swapped.getIterationCount()).isEqualTo(network.getIterationCount()).isEqualTo(3);
    ModelSerializer.writeModel(swapped, file, true);
    assertThat(ModelSerializer.restoreMultiLayerNetwork(file, true).output(input))
        .isEqualTo(swapped.output(input));
  }

  @Test
  void frozenLayersAreReplacedAndStayFrozen() {
    MultiLayerNetwork network =
        new TransferLearning.Builder(trained(stock().build(), stock().build()))
            .setFeatureExtractor(0)
            .build();
    INDArray input = Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS);
    var result = AttentionSwap.with(Normalizers.softmax()).in(network);
    assertThat(result.replaced()).containsOnlyKeys("layer0", "layer1");
    assertThat(((FrozenLayer) layerOf(result.network(), 0)).getLayer())
        .isInstanceOf(SelfAttentionLayer.class);
    assertThat(largestDifference(result.network().output(input), network.output(input)))
        .isLessThan(1e-9);
    INDArray before = result.network().getLayer(0).params().dup();
    result.network().fit(input, Sequences.labels(DataType.DOUBLE, EXAMPLES, STEPS));
    assertThat(result.network().getLayer(0).params()).isEqualTo(before);
  }

  @Test
  void layersFrozenWithBackpropAreReplaced() {
    MultiLayerNetwork network =
        TestNetworks.of(new FrozenLayerWithBackprop(stock().build())).network(DataType.DOUBLE);
    var result = AttentionSwap.with(Normalizers.softmax()).in(network);
    assertThat(((FrozenLayerWithBackprop) layerOf(result.network(), 0)).getUnderlying())
        .isInstanceOf(SelfAttentionLayer.class);
  }

  private static Layer layerOf(MultiLayerNetwork network, int index) {
    return network.getLayerWiseConfigurations().getConf(index).getLayer();
  }

  private static double largestDifference(@Nullable INDArray one, INDArray other) {
    assertThat(one).isNotNull();
    assertThat(one.shape()).isEqualTo(other.shape());
    return one.sub(other).amaxNumber().doubleValue();
  }
}
