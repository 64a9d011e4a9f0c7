package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.SIZE;
import static org.attention4j.testing.Sizes.STEPS;

import java.util.Arrays;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;

/** Training goes on after a swap as if there had been none: the updater's state comes along. */
class AttentionSwapTrainingTest {
  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(41);
  }

  private static Layer stock() {
    return new org.deeplearning4j.nn.conf.layers.SelfAttentionLayer.Builder()
        .nOut(OUT)
        .nHeads(HEADS)
        .projectInput(true)
        .build();
  }

  private static Layer ours(Normalizer normalizer) {
    return new SelfAttentionLayer.Builder()
        .nOut(OUT)
        .nHeads(HEADS)
        .projectInput(true)
        .normalizer(normalizer)
        .build();
  }

  private static RnnOutputLayer output(IUpdater updater) {
    RnnOutputLayer output = TestNetworks.classifier(Sizes.CLASSES);
    output.setIUpdater(updater);
    return output;
  }

  private static MultiLayerNetwork network(Layer attention, IUpdater outputUpdater) {
    return TestNetworks.of(attention)
        .updater(new Adam(0.01))
        .output(output(outputUpdater))
        .network(DataType.DOUBLE);
  }

  private static ComputationGraph graph(Layer attention) {
    return TestNetworks.of(attention).updater(new Adam(0.01)).graph(DataType.DOUBLE);
  }

  private static ComputationGraph vertexGraph(GraphVertex attention) {
    return TestNetworks.of(attention, 0, 0, 0).updater(new Adam(0.01)).graph(DataType.DOUBLE);
  }

  private static DataSet data() {
    return new DataSet(
        Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS),
        Sequences.labels(DataType.DOUBLE, EXAMPLES, STEPS));
  }

  private static MultiLayerNetwork trained(IUpdater outputUpdater) {
    MultiLayerNetwork network = network(stock(), outputUpdater);
    for (int i = 0; i < 3; i++) {
      network.fit(data());
    }
    return network;
  }

  /** Without parameters of its own a normalizer moves nothing: the whole state can be copied. */
  @Test
  void goesOnLikeANetworkOfOursWithTheSameParametersAndState() {
    MultiLayerNetwork stock = trained(new Adam(0.01));
    MultiLayerNetwork byHand = network(ours(Normalizers.sparsemax()), new Adam(0.01));
    byHand.setParams(stock.params());
    byHand.getUpdater().getStateViewArray().assign(stock.getUpdater().getStateViewArray());
    byHand.setIterationCount(stock.getIterationCount());

    MultiLayerNetwork swapped = AttentionSwap.with(Normalizers.sparsemax()).in(stock).network();
    DataSet next = data();
    swapped.fit(next);
    byHand.fit(next);

    assertThat(swapped.getIterationCount()).isEqualTo(4);
    assertThat(swapped.params()).isEqualTo(byHand.params());
    assertThat(swapped.params()).isNotEqualTo(stock.params());
  }

  @Test
  void aGraphGoesOnToo() {
    ComputationGraph stock = graph(stock());
    stock.fit(data());
    stock.fit(data());
    ComputationGraph byHand = graph(ours(Normalizers.sparsemax()));
    byHand.setParams(stock.params());
    byHand.getUpdater().getStateViewArray().assign(stock.getUpdater().getStateViewArray());
    byHand.getConfiguration().setIterationCount(stock.getIterationCount());

    ComputationGraph swapped = AttentionSwap.with(Normalizers.sparsemax()).in(stock).network();
    DataSet next = data();
    swapped.fit(next);
    byHand.fit(next);

    assertThat(swapped.getIterationCount()).isEqualTo(3);
    assertThat(swapped.params()).isEqualTo(byHand.params());
  }

  @Test
  void aVertexGoesOnToo() {
    ComputationGraph stock =
        vertexGraph(
            new org.deeplearning4j.nn.conf.graph.AttentionVertex.Builder()
                .nInQueries(SIZE)
                .nInKeys(SIZE)
                .nInValues(SIZE)
                .nOut(OUT)
                .nHeads(HEADS)
                .projectInput(true)
                .build());
    stock.fit(data());
    ComputationGraph byHand =
        vertexGraph(
            new AttentionVertex.Builder()
                .nInQueries(SIZE)
                .nInKeys(SIZE)
                .nInValues(SIZE)
                .nOut(OUT)
                .nHeads(HEADS)
                .projectInput(true)
                .normalizer(Normalizers.sparsemax())
                .build());
    byHand.setParams(stock.params());
    byHand.getUpdater().getStateViewArray().assign(stock.getUpdater().getStateViewArray());
    byHand.getConfiguration().setIterationCount(stock.getIterationCount());

    ComputationGraph swapped = AttentionSwap.with(Normalizers.sparsemax()).in(stock).network();
    DataSet next = data();
    swapped.fit(next);
    byHand.fit(next);

    assertThat(swapped.params()).isEqualTo(byHand.params());
    assertThat(swapped.params()).isNotEqualTo(stock.params());
  }

  /** A block's state is the first moments of all its parameters, then their second moments. */
  @Test
  void newParametersMoveTheStateOfTheOthers() {
    MultiLayerNetwork stock = trained(new Adam(0.01));
    MultiLayerNetwork swapped = AttentionSwap.with(Normalizers.ssmax(0.5)).in(stock).network();
    long attention = stock.getLayer(0).numParams();
    long all = stock.numParams();
    INDArray old = state(stock);

    assertThat(swapped.numParams()).isEqualTo(all + HEADS);
    assertThat(state(swapped))
        .isEqualTo(
            Nd4j.concat(
                0,
                range(old, 0, attention),
                Nd4j.zeros(DataType.DOUBLE, HEADS),
                range(old, attention, all),
                range(old, all, all + attention),
                Nd4j.zeros(DataType.DOUBLE, HEADS),
                range(old, all + attention, 2 * all)));
    swapped.paramTable().forEach((name, values) -> assertParameterKept(stock, name, values));
    trainsAllParameters(swapped);
  }

  @Test
  void blocksOfDifferentUpdaters() {
    MultiLayerNetwork stock = trained(new Nesterovs(0.1, 0.9));
    MultiLayerNetwork swapped = AttentionSwap.with(Normalizers.ssmax(0.5)).in(stock).network();
    long attention = stock.getLayer(0).numParams();
    INDArray old = state(stock);
    INDArray none = Nd4j.zeros(DataType.DOUBLE, HEADS);

    assertThat(state(swapped))
        .isEqualTo(
            Nd4j.concat(
                0,
                range(old, 0, attention),
                none,
                range(old, attention, 2 * attention),
                none,
                range(old, 2 * attention, old.length())));
    trainsAllParameters(swapped);
  }

  @Test
  void anUntrainedNetworkHasNoStateToKeep() {
    MultiLayerNetwork stock = network(stock(), new Adam(0.01));
    MultiLayerNetwork swapped = AttentionSwap.with(Normalizers.ssmax(0.5)).in(stock).network();
    assertThat(stock.getUpdater(false)).isNull();
    trainsAllParameters(swapped);
  }

  private static void assertParameterKept(MultiLayerNetwork stock, String name, INDArray values) {
    INDArray old = stock.paramTable().get(name);
    assertThat(values)
        .isEqualTo(old == null ? Nd4j.valueArrayOf(values.shape(), 0.5, values.dataType()) : old);
  }

  private static void trainsAllParameters(MultiLayerNetwork network) {
    INDArray before = network.params().dup();
    network.fit(data());
    assertThat(Arrays.stream(network.params().sub(before).reshape(-1).toDoubleVector()))
        .allMatch(change -> change != 0 && Double.isFinite(change));
  }

  private static INDArray state(MultiLayerNetwork network) {
    INDArray state = network.getUpdater().getStateViewArray();
    return state.reshape(state.length());
  }

  private static INDArray range(INDArray vector, long from, long to) {
    return vector.get(NDArrayIndex.interval(from, to));
  }
}
