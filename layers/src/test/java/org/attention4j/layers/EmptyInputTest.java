package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** No example or no step: one sentence, where the backend's softmax would end the JVM. */
class EmptyInputTest {
  private static final int[][] EMPTY = {{0, 7}, {3, 0}, {0, 0}};

  private static void assertRefused(ThrowingCallable call, String layer, String what) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(layer)
        .hasMessageContaining(what)
        .hasMessageEndingWith("but must have at least 1 on every axis.");
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE", "HALF"})
  void layers(DataType type) {
    for (Layer layer : Layers.all().toList()) {
      MultiLayerNetwork network = TestNetworks.of(layer).network(type);
      for (int[] size : EMPTY) {
        INDArray input = Nd4j.create(type, size[0], Sizes.SIZE, size[1]);
        for (boolean training : new boolean[] {true, false}) {
          assertRefused(
              () -> network.getLayer(0).activate(input, training, LayerWorkspaceMgr.noWorkspaces()),
              layer.getClass().getSimpleName() + " '" + layer.getLayerName() + "'",
              "the input's shape is [%d, %d, %d]".formatted(size[0], Sizes.SIZE, size[1]));
        }
        assertThatThrownBy(
                () ->
                    org.attention4j.dl4j.Intermediates.of(
                        network.getLayer(0), input, null, "scores"))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void learnedQueries() {
    for (Execution execution : List.of(Execution.FUSED, Execution.GRAPH)) {
      MultiLayerNetwork network =
          TestNetworks.of(
                  new LearnedSelfAttentionLayer.Builder()
                      .nOut(Sizes.OUT)
                      .nHeads(Sizes.HEADS)
                      .projectInput(true)
                      .nQueries(3)
                      .execution(execution)
                      .name("learned")
                      .build())
              .network(DataType.FLOAT);
      for (int[] size : EMPTY) {
        INDArray input = Nd4j.create(DataType.FLOAT, size[0], Sizes.SIZE, size[1]);
        assertRefused(
            () -> network.getLayer(0).activate(input, true, LayerWorkspaceMgr.noWorkspaces()),
            "LearnedSelfAttentionLayer 'learned'",
            "the input's shape");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Execution.class,
      names = {"FUSED", "GRAPH"})
  void vertices(Execution execution) {
    AttentionVertex vertex =
        new AttentionVertex.Builder()
            .nInQueries(Sizes.input(0))
            .nInKeys(Sizes.input(1))
            .nInValues(Sizes.input(2))
            .nOut(14)
            .nHeads(2)
            .projectInput(true)
            .execution(execution)
            .build();
    ComputationGraph graph = TestNetworks.of(vertex, 0, 1, 2).graph(DataType.FLOAT);
    for (int[] size : new int[][] {{0, 17, 13}, {3, 0, 13}, {3, 17, 0}}) {
      INDArray[] inputs = {
        Nd4j.create(DataType.FLOAT, size[0], Sizes.input(0), size[1]),
        Nd4j.create(DataType.FLOAT, size[0], Sizes.input(1), size[2]),
        Nd4j.create(DataType.FLOAT, size[0], Sizes.input(2), size[2])
      };
      assertRefused(() -> graph.output(inputs), "AttentionVertex 'attention'", "the input ");
    }
  }
}
