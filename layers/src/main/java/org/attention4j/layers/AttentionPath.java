package org.attention4j.layers;

import org.attention4j.dl4j.LayerGraph;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of two executions of the same attention: it projects, attends and merges. Chosen once, by
 * {@link #of}; what lies between the three steps is the path's own.
 *
 * <p>Both publish queries, keys, values, scores and weights in the same shapes. On the fused path
 * scores and weights are computed only when someone asks for them.
 */
abstract sealed class AttentionPath permits FusedPath, GraphPath {
  private static final Logger LOG = LoggerFactory.getLogger(AttentionPath.class);

  /**
   * Chooses the path.
   *
   * @param heads the heads and their options
   * @param type the type of the layer's graph
   */
  static AttentionPath of(MultiHeadAttention heads, LayerGraph graph, DataType type) {
    GraphPath asGraph = new GraphPath(heads, graph);
    if (isFused(heads.options(), type)) {
      return new FusedPath(heads, graph, asGraph, type);
    }
    sayWhyGraph(heads.options(), type);
    return asGraph;
  }

  /** Whether these options and this type lead to the fused path. */
  static boolean isFused(AttentionOptions options, DataType type) {
    return options.execution == Execution.AUTO
        ? options.normalizer.kernel().isPresent()
            && JavaPath.isPossible(type)
            && !options.penalisesEntropy()
        : options.execution == Execution.FUSED;
  }

  /**
   * Writes attention into the graph.
   *
   * @return shape [b, nOut, Tq]
   */
  abstract SDVariable apply(AttentionSources sources);

  private static void sayWhyGraph(AttentionOptions options, DataType type) {
    LOG.debug(
        "Attention with {} runs as a graph: execution {}, row kernel {}, type {}, on the CPU {},"
            + " entropy penalised {}.",
        options.normalizer,
        options.execution,
        options.normalizer.kernel().isPresent(),
        type,
        JavaPath.onCpu(),
        options.penalisesEntropy());
  }
}
