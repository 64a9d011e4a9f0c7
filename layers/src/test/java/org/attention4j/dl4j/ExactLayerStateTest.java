package org.attention4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.STEPS;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import org.attention4j.layers.FeedForwardBlock;
import org.attention4j.layers.LayerNorm;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** What a layer keeps and what it must not keep, in training after training. */
class ExactLayerStateTest {
  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(43);
  }

  private static MultiLayerNetwork network(WorkspaceMode workspaces) {
    return TestNetworks.of(
            new LayerNorm.Builder().build(),
            new SelfAttentionLayer.Builder()
                .nOut(OUT)
                .nHeads(HEADS)
                .projectInput(true)
                .causal(true)
                .attentionDropout(0.2)
                .build(),
            new FeedForwardBlock.Builder().hiddenSize(19).build())
        .updater(new Adam(0.01))
        .workspaces(workspaces)
        .network(DataType.FLOAT);
  }

  private static DataSet data(int steps) {
    INDArray mask = Sequences.mask(DataType.FLOAT, EXAMPLES, steps);
    return new DataSet(
        Sequences.input(DataType.FLOAT, EXAMPLES, steps),
        Sequences.labels(DataType.FLOAT, EXAMPLES, steps),
        mask,
        mask);
  }

  @Test
  void nothingIsPrinted() {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      MultiLayerNetwork network = network(WorkspaceMode.ENABLED);
      network.fit(data(STEPS));
      network.output(data(7).getFeatures());
    } finally {
      System.setOut(before);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void nothingGrowsWithTheNumberOfRuns() throws ReflectiveOperationException {
    MultiLayerNetwork network = network(WorkspaceMode.ENABLED);
    DataSet data = data(STEPS);
    fit(network, data, 2);
    int before = held(network);
    fit(network, data, 5);
    assertThat(held(network)).isEqualTo(before);
  }

  private static void fit(MultiLayerNetwork network, DataSet data, int times) {
    for (int i = 0; i < times; i++) {
      network.fit(data);
      network.output(data.getFeatures());
    }
  }

  /** The sizes of all collections in the programs and graphs of the attention layer. */
  private static int held(MultiLayerNetwork network) throws ReflectiveOperationException {
    Object runner = field(ExactLayerRuntime.class, "runner").get(network.getLayer(1));
    Map<?, ?> variants = (Map<?, ?>) field(GraphRunner.class, "variants").get(runner);
    assertThat(variants).hasSize(2);
    int count = 0;
    for (Object graph : variants.values()) {
      for (String name : new String[] {"forward", "backward"}) {
        Object program = field(CompiledGraph.class, name).get(graph);
        count += program == null ? 0 : heldIn(program, program.getClass());
      }
      LayerGraph layerGraph = (LayerGraph) field(CompiledGraph.class, "graph").get(graph);
      count += heldIn(layerGraph.sameDiff(), layerGraph.sameDiff().getClass());
    }
    return count;
  }

  private static int heldIn(Object object, Class<?> type) throws ReflectiveOperationException {
    int count = 0;
    for (Field field : type.getDeclaredFields()) {
      field.setAccessible(true);
      Object value = field.get(object);
      if (value instanceof Collection<?> collection) {
        count += collection.size();
      } else if (value instanceof Map<?, ?> map) {
        count += map.size();
      }
    }
    return count;
  }

  private static Field field(Class<?> type, String name) throws ReflectiveOperationException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }

  @Test
  void lengthsAndBatchSizesAndMasksMayChangeAtAnyTime() {
    MultiLayerNetwork network = network(WorkspaceMode.ENABLED);
    for (int steps : new int[] {STEPS, 2, 1, 13, 7}) {
      DataSet data = data(steps);
      network.fit(data);
      MultiLayerNetwork fresh = network(WorkspaceMode.NONE);
      fresh.setParams(network.params());
      INDArray mask = data.getFeaturesMaskArray();
      assertThat(network.output(data.getFeatures(), false, mask, mask))
          .isEqualTo(fresh.output(data.getFeatures(), false, mask, mask));
      INDArray single = Sequences.input(DataType.FLOAT, 1, steps);
      assertThat(network.output(single)).isEqualTo(fresh.output(single));
    }
  }

  @Test
  void workspacesChangeNothing() {
    MultiLayerNetwork with = network(WorkspaceMode.ENABLED);
    MultiLayerNetwork without = network(WorkspaceMode.NONE);
    DataSet data = data(STEPS);
    for (MultiLayerNetwork network : new MultiLayerNetwork[] {with, without}) {
      Nd4j.getRandom().setSeed(47);
      fit(network, data, 3);
    }
    assertThat(with.params()).isEqualTo(without.params());
    assertThat(with.params().isNaN().any()).isFalse();
  }

  @Test
  void aGraphTrainsAsANetworkDoes() {
    MultiLayerNetwork network = network(WorkspaceMode.ENABLED);
    ComputationGraph graph = network(WorkspaceMode.ENABLED).toComputationGraph();
    DataSet data = data(STEPS);
    for (int i = 0; i < 3; i++) {
      Nd4j.getRandom().setSeed(53 + i);
      network.fit(data);
      Nd4j.getRandom().setSeed(53 + i);
      graph.fit(data);
    }
    assertThat(graph.params()).isEqualTo(network.params());
    assertThat(graph.outputSingle(data.getFeatures()))
        .isEqualTo(network.output(data.getFeatures()));
  }

  @Test
  void trainingGoesOnAfterLoadingAsIfNothingHadHappened() throws IOException {
    MultiLayerNetwork network = network(WorkspaceMode.ENABLED);
    DataSet data = data(STEPS);
    fit(network, data, 2);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(network, file, true);
    MultiLayerNetwork loaded =
        ModelSerializer.restoreMultiLayerNetwork(
            new ByteArrayInputStream(file.toByteArray()), true);
    assertThat(loaded.params()).isEqualTo(network.params());
    for (MultiLayerNetwork each : new MultiLayerNetwork[] {network, loaded}) {
      Nd4j.getRandom().setSeed(59);
      fit(each, data, 2);
    }
    assertThat(loaded.params()).isEqualTo(network.params());
    assertThat(loaded.getUpdater().getStateViewArray())
        .isEqualTo(network.getUpdater().getStateViewArray());
  }
}
