package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.reporters.History;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestLayers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** The monitor reads masks as the layers do: any number but zero, of any type, is visible. */
class MonitoredMasksTest {
  static Stream<Layer> layers() {
    return Stream.of(
        TestLayers.selfAttention().build(),
        TestLayers.recurrent().build(),
        TestLayers.stockSelfAttention().build());
  }

  private static Map<String, Double> metrics(Layer layer, INDArray mask) {
    History history = Reporters.history(99);
    MultiLayerNetwork network =
        TestNetworks.of(layer).learningRate(0.1).perturbed(0.3).network(DataType.DOUBLE);
    network.setListeners(new Spy().monitor(history).build());
    DataSet data = Sequences.batch(DataType.DOUBLE, true);
    data.setFeaturesMaskArray(mask);
    network.fit(data);
    return history.latest("layer0", 1).orElseThrow().metrics();
  }

  @ParameterizedTest
  @MethodSource("layers")
  void layersWithAnyMask(Layer layer) {
    INDArray mask = Sequences.mask(DataType.DOUBLE, Sizes.EXAMPLES, Sizes.STEPS);
    Map<String, Double> expected = metrics(layer, mask);
    assertThat(expected.get("visibleKeys")).isBetween(6.0, 10.5);
    assertThat(metrics(layer, mask.castTo(DataType.INT32))).isEqualTo(expected);
    assertThat(metrics(layer, mask.castTo(DataType.BOOL))).isEqualTo(expected);
    if (layer.getClass().getPackage().equals(SelfAttentionLayer.class.getPackage())) {
      assertThat(metrics(layer, mask.mul(0.25))).isEqualTo(expected);
      assertThat(metrics(layer, mask.mul(-3).castTo(DataType.INT8))).isEqualTo(expected);
    }
  }

  private static Map<String, Double> metrics(GraphVertex vertex, INDArray... masks) {
    ComputationGraph graph =
        TestNetworks.of(vertex, 0, 1, 2).learningRate(0.1).graph(DataType.DOUBLE);
    History history = Reporters.history(99);
    graph.setListeners(new Spy().monitor(history).build());
    int steps = Sizes.STEPS;
    graph.fit(
        new MultiDataSet(
            Sequences.queriesKeysValues(DataType.DOUBLE, 7),
            new INDArray[] {Sequences.labels(DataType.DOUBLE, Sizes.EXAMPLES, steps)},
            masks,
            new INDArray[] {Nd4j.ones(DataType.DOUBLE, Sizes.EXAMPLES, steps)}));
    return history.latest("attention", 1).orElseThrow().metrics();
  }

  @Test
  void verticesWithMasksThatDiffer() {
    INDArray queries = Sequences.mask(DataType.DOUBLE, Sizes.EXAMPLES, Sizes.STEPS);
    INDArray keys = Sequences.mask(DataType.DOUBLE, Sizes.EXAMPLES, 7);
    INDArray values = Nd4j.ones(DataType.DOUBLE, Sizes.EXAMPLES, 7);
    values.putScalar(0, 3, 0);
    GraphVertex ours = TestLayers.vertex(0, 1, 2);
    Map<String, Double> expected = metrics(ours, queries, keys, values);
    // 6 of 7, 4 of 7 and 1 of 7 keys, for 11, 8 and 5 queries.
    assertThat(expected.get("visibleKeys")).isEqualTo((11 * 6 + 8 * 4 + 5 * 1) / 24.0);
    assertThat(
            metrics(
                ours,
                queries.castTo(DataType.BOOL),
                keys.castTo(DataType.BOOL),
                values.castTo(DataType.BOOL)))
        .isEqualTo(expected);
    assertThat(metrics(ours, queries.mul(7).castTo(DataType.INT64), keys.mul(0.5), values.mul(-2)))
        .isEqualTo(expected);
  }
}
