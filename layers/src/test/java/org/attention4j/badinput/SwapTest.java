package org.attention4j.badinput;

import static org.attention4j.badinput.Wrong.wrong;

import java.util.stream.Stream;
import org.attention4j.layers.AttentionSwap;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

/** What a swap of a network's attention refuses. */
class SwapTest {
  private static Layer stock() {
    return new SelfAttentionLayer.Builder()
        .nOut(14)
        .nHeads(2)
        .projectInput(true)
        .name("reader")
        .build();
  }

  private static AttentionSwap swap() {
    return AttentionSwap.with(Normalizers.softmax());
  }

  static Stream<Wrong> uses() {
    MultiLayerNetwork network = TestNetworks.of(stock()).network(DataType.FLOAT);
    ComputationGraph graph = TestNetworks.of(stock()).graph(DataType.FLOAT);
    MultiLayerNetwork bare = new MultiLayerNetwork(network.getLayerWiseConfigurations().clone());
    ComputationGraph bareGraph = new ComputationGraph(graph.getConfiguration().clone());
    return Stream.of(
        wrong(
            "no normalizer",
            () -> AttentionSwap.with(null),
            "AttentionSwap",
            "normalizer is null",
            "Normalizers.softmax()"),
        wrong("no name", () -> swap().only(), "AttentionSwap.only()", "at least one name"),
        wrong(
            "a name null",
            () -> swap().only("reader", null),
            "AttentionSwap.only(..)",
            "name is null",
            "layer or vertex"),
        wrong(
            "an unknown layer",
            () -> swap().only("writer").in(network),
            "AttentionSwap",
            "'writer'",
            "'reader'"),
        wrong(
            "an unknown vertex",
            () -> swap().only("writer").in(graph),
            "AttentionSwap",
            "'writer'",
            "'reader'"),
        wrong(
            "no network",
            () -> swap().in((MultiLayerNetwork) null),
            "AttentionSwap",
            "network is null",
            "MultiLayerNetwork"),
        wrong(
            "no graph",
            () -> swap().in((ComputationGraph) null),
            "AttentionSwap",
            "network is null",
            "ComputationGraph"),
        wrong(
            "a network without parameters",
            () -> swap().in(bare),
            "AttentionSwap",
            "not initialized",
            "init()"),
        wrong(
            "a graph without parameters",
            () -> swap().in(bareGraph),
            "AttentionSwap",
            "not initialized",
            "init()"));
  }

  @ParameterizedTest
  @MethodSource("uses")
  void isRefused(Wrong wrong) {
    wrong.assertRefused();
  }
}
