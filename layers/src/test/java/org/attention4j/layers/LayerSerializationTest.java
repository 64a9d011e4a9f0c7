package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.STEPS;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;

/** Every option of every layer in JSON and YAML, and a whole transformer. */
class LayerSerializationTest {
  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(73);
  }

  static Stream<Layer> layers() {
    return Layers.all();
  }

  private static MultiLayerNetwork network(Layer layer) {
    MultiLayerNetwork network = TestNetworks.of(layer).network(DataType.FLOAT);
    network.params().addi(Nd4j.randn(DataType.FLOAT, network.numParams()).muli(0.2));
    return network;
  }

  @ParameterizedTest
  @MethodSource("layers")
  void configuration(Layer layer) {
    MultiLayerConfiguration configuration = network(layer).getLayerWiseConfigurations();
    assertThat(MultiLayerConfiguration.fromJson(configuration.toJson())).isEqualTo(configuration);
    assertThat(MultiLayerConfiguration.fromYaml(configuration.toYaml())).isEqualTo(configuration);
    assertThat(configuration.clone()).isEqualTo(configuration);
  }

  /**
   * Layers that differ in one option are not equal, so that the round trips above say something.
   */
  @Test
  void everyOptionCounts() {
    List<Layer> layers = Layers.all().toList();
    layers.forEach(layer -> layer.setLayerName("same"));
    for (int i = 0; i < layers.size(); i++) {
      assertThat(layers.subList(0, i)).doesNotContain(layers.get(i));
    }
    List<Layer> again = Layers.all().toList();
    again.forEach(layer -> layer.setLayerName("same"));
    assertThat(again).isEqualTo(layers);
  }

  private static ComputationGraph transformer(IUpdater updater) {
    TransformerBlocks blocks =
        TransformerBlocks.builder()
            .size(Sizes.SIZE)
            .heads(5)
            .feedForwardSize(7)
            .causal(true)
            .dropout(0.1)
            .build();
    return TestNetworks.of("block", blocks, 2).updater(updater).graph(DataType.FLOAT);
  }

  @Test
  void transformerGraph() throws IOException {
    ComputationGraph graph = transformer(new Adam(0.01));
    ComputationGraphConfiguration configuration = graph.getConfiguration();
    assertThat(ComputationGraphConfiguration.fromJson(configuration.toJson()))
        .isEqualTo(configuration);
    assertThat(ComputationGraphConfiguration.fromYaml(configuration.toYaml()))
        .isEqualTo(configuration);
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, STEPS);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, file, true);
    ComputationGraph loaded =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()), true);
    assertThat(loaded.outputSingle(input)).isEqualTo(graph.outputSingle(input));
    assertThat(graph.clone().outputSingle(input)).isEqualTo(graph.outputSingle(input));
    assertThat(loaded.getConfiguration()).isNotEqualTo(transformer(new NoOp()).getConfiguration());
  }
}
