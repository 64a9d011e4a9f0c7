package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The vertex with every option against the layer: queries that are the last steps of the keys get
 * the last outputs of self-attention over them all.
 */
class AttentionVertexOptionsTest {
  private static final int SIZE = 5;
  private static final int OUT = 7;
  private static final int HEADS = 6;
  private static final int HEAD_SIZE = 4;
  private static final int EXAMPLES = 3;
  private static final int KEYS = 11;

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(53);
  }

  static Stream<Arguments> cases() {
    List<Arguments> cases = new ArrayList<>();
    for (Position position : Position.values()) {
      for (int keyValueHeads : new int[] {1, 2, HEADS}) {
        for (boolean causal : new boolean[] {false, true}) {
          if (position == Position.FORGETTING && !causal) {
            continue; // fails when it is built
          }
          for (boolean masked : new boolean[] {false, true}) {
            for (Execution execution : new Execution[] {Execution.GRAPH, Execution.FUSED}) {
              cases.add(Arguments.of(position, keyValueHeads, causal, masked, execution));
            }
          }
        }
      }
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isTheEndOfSelfAttention(
      Position position, int keyValueHeads, boolean causal, boolean masked, Execution execution) {
    MultiLayerNetwork layer =
        TestNetworks.of(
                options(
                        new SelfAttentionLayer.Builder(),
                        position,
                        keyValueHeads,
                        causal,
                        execution)
                    .nIn(SIZE)
                    .nOut(OUT)
                    .nHeads(HEADS)
                    .headSize(HEAD_SIZE)
                    .projectInput(true)
                    .build())
            .network(DataType.DOUBLE);
    layer.setParams(layer.params().add(Nd4j.randn(DataType.DOUBLE, 1, layer.numParams()).mul(0.1)));
    INDArray x = Nd4j.randn(DataType.DOUBLE, EXAMPLES, SIZE, KEYS);
    INDArray mask = masked ? Nd4j.ones(DataType.DOUBLE, EXAMPLES, KEYS) : null;
    if (mask != null) {
      mask.get(NDArrayIndex.point(1), NDArrayIndex.interval(9, KEYS)).assign(0);
      mask.get(NDArrayIndex.point(2), NDArrayIndex.interval(0, 3)).assign(0);
    }
    layer.setLayerMaskArrays(mask, null);
    INDArray whole = layer.feedForward(x, false).get(1).dup();
    for (int queries : new int[] {1, 5, KEYS}) {
      ComputationGraph vertex =
          vertex(
              options(new AttentionVertex.Builder(), position, keyValueHeads, causal, execution)
                  .nInQueries(SIZE)
                  .nInKeys(SIZE)
                  .nInValues(SIZE)
                  .nOut(OUT)
                  .nHeads(HEADS)
                  .headSize(HEAD_SIZE)
                  .projectInput(true)
                  .build());
      layer
          .paramTable()
          .forEach(
              (name, value) -> {
                if (name.startsWith("0_")) {
                  vertex
                      .getVertex("attention")
                      .paramTable(false)
                      .get(name.substring(2))
                      .assign(value);
                }
              });
      INDArray queryMask = mask == null ? null : last(mask, queries);
      INDArray actual = run(vertex, last(x, queries), x, queryMask, mask);
      INDArray expected = last(whole, queries).dup();
      if (queryMask != null) { // the vertex zeroes masked queries, the layer does not
        expected.muli(queryMask.reshape(EXAMPLES, 1, queries));
      }
      assertThat(actual.sub(expected).amaxNumber().doubleValue())
          .as("%d queries", queries)
          .isLessThan(1e-12);
    }
  }

  private static <T extends AttentionOptionsBuilder<T>> T options(
      T builder, Position position, int keyValueHeads, boolean causal, Execution execution) {
    return builder
        .normalizer(Normalizers.ssmax())
        .position(position)
        .nKeyValueHeads(keyValueHeads)
        .causal(causal)
        .hasBias(causal)
        .qkNorm(keyValueHeads == 2)
        .execution(execution);
  }

  private static INDArray last(INDArray sequence, int steps) {
    INDArrayIndex end = NDArrayIndex.interval(sequence.size(sequence.rank() - 1) - steps, KEYS);
    return sequence.rank() == 2
        ? sequence.get(NDArrayIndex.all(), end).dup()
        : sequence.get(NDArrayIndex.all(), NDArrayIndex.all(), end).dup();
  }

  private static ComputationGraph vertex(AttentionVertex vertex) {
    return TestNetworks.of(vertex, 0, 1).inputSizes(SIZE, SIZE).graph(DataType.DOUBLE);
  }

  private static INDArray run(
      ComputationGraph graph,
      INDArray queries,
      INDArray keys,
      @Nullable INDArray queryMask,
      @Nullable INDArray keyMask) {
    if (keyMask != null) {
      graph.setLayerMaskArrays(new INDArray[] {queryMask, keyMask}, null);
    }
    return graph.feedForward(new INDArray[] {queries, keys}, false).get("attention").dup();
  }
}
