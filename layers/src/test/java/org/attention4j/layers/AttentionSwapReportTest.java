package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.SIZE;

import java.util.List;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;

/** What a swap replaces, what it keeps and why, and what it says about both. */
class AttentionSwapReportTest {
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

  @Test
  void replacesByName() {
    MultiLayerNetwork network =
        TestNetworks.of(stock().name("a").build(), stock().name("b").build())
            .network(DataType.DOUBLE);
    var result = AttentionSwap.with(Normalizers.sparsemax()).only("b", "layer2").in(network);
    assertThat(result.replaced()).containsOnlyKeys("b");
    assertThat(result.kept()).containsOnlyKeys("a", "layer2");
    assertThat(layerOf(result.network(), 0))
        .isInstanceOf(org.deeplearning4j.nn.conf.layers.SelfAttentionLayer.class);
    assertThat(layerOf(result.network(), 1)).isInstanceOf(SelfAttentionLayer.class);
    assertThat(result.report())
        .containsExactly(
            "'b': The stock SelfAttentionLayer is replaced by that of attention4j with "
                + Normalizers.sparsemax()
                + ".",
            "'a' is kept: It is a stock SelfAttentionLayer that was not named.",
            "'layer2' is kept: It is a org.deeplearning4j.nn.conf.layers.RnnOutputLayer and no"
                + " attention layer or vertex.");
  }

  @Test
  void anUnknownNameIsAnError() {
    MultiLayerNetwork network = TestNetworks.of(stock().name("a").build()).network(DataType.DOUBLE);
    assertThatThrownBy(() -> AttentionSwap.with(Normalizers.softmax()).only("a", "x").in(network))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("AttentionSwap: the network has nothing named 'x'; there are 'a', 'layer1'.");
    assertThatThrownBy(() -> AttentionSwap.with(Normalizers.softmax()).only())
        .hasMessageContaining("at least one name");
  }

  @Test
  void aNetworkWithoutParametersIsAnError() {
    MultiLayerNetwork layers =
        new MultiLayerNetwork(
            TestNetworks.of(stock().build()).network(DataType.DOUBLE).getLayerWiseConfigurations());
    ComputationGraph graph =
        new ComputationGraph(
            TestNetworks.of(stockVertex(), 0, 1, 2)
                .normedInputs()
                .graph(DataType.DOUBLE)
                .getConfiguration());
    AttentionSwap swap = AttentionSwap.with(Normalizers.softmax());
    assertThatThrownBy(() -> swap.in(layers)).hasMessageContaining("is not initialized");
    assertThatThrownBy(() -> swap.in(graph)).hasMessageContaining("is not initialized");
  }

  @Test
  void nothingToReplace() {
    MultiLayerNetwork network =
        TestNetworks.of(new LayerNorm.Builder().nIn(SIZE).build()).network(DataType.DOUBLE);
    var result = AttentionSwap.with(Normalizers.softmax()).in(network);
    assertThat(result.replaced()).isEmpty();
    assertThat(result.report())
        .isEqualTo(List.of("There is no attention layer or vertex in this network."));
    assertThat(result.network()).isNotSameAs(network);
    assertThat(result.network().params()).isEqualTo(network.params());
  }

  @Test
  void whatHasNoCounterpartIsKeptWithTheReason() {
    LastTimeStep last = new LastTimeStep(stock().build());
    assertThat(StockAttention.within(last)).isNotNull();
    assertThatThrownBy(() -> StockAttention.replace(last, Normalizers.softmax()))
        .hasMessage(
            "It stands inside a LastTimeStep, and of wrapped layers only frozen ones are"
                + " replaced.");
    assertThatThrownBy(() -> StockAttention.replace(new OwnVertex(), Normalizers.softmax()))
        .hasMessage(
            "It is a %s, a subclass of the stock AttentionVertex whose own code would be lost.",
            OwnVertex.class.getName());

    MultiLayerNetwork network =
        TestNetworks.of(
                new org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer.Builder()
                    .nOut(OUT)
                    .nHeads(HEADS)
                    .activation(Activation.CUBE)
                    .build())
            .network(DataType.DOUBLE);
    var result = AttentionSwap.with(Normalizers.softmax()).in(network);
    assertThat(result.replaced()).isEmpty();
    assertThat(result.kept().get("layer0")).contains("activation is CUBE but must be");
  }

  private static final class OwnVertex extends org.deeplearning4j.nn.conf.graph.AttentionVertex {}

  private static Layer layerOf(MultiLayerNetwork network, int index) {
    return network.getLayerWiseConfigurations().getConf(index).getLayer();
  }
}
