package org.attention4j.layers;

import org.attention4j.dl4j.LayerGraph;
import org.attention4j.internal.graph.HostArrays;
import org.attention4j.internal.vector.FloatOps;
import org.attention4j.kernel.RowKernel.Sparsity;
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
   * The numbers of steps of self-attention whose graph is faster than plain loops: below them its
   * operations cost more than what they compute, above them the matrices of weights do not fit into
   * the caches.
   */
  static final long LEAST_GRAPH_STEPS = 64;

  static final long MOST_GRAPH_STEPS = 256;

  /**
   * Chooses the path.
   *
   * @param heads the heads and their options
   * @param type the type of the layer's graph
   * @param self whether queries and keys are the steps of the layer's first input
   */
  static AttentionPath of(MultiHeadAttention heads, LayerGraph graph, DataType type, boolean self) {
    GraphPath asGraph = new GraphPath(heads, graph);
    if (isFused(heads.options(), type) && !(self && isFasterAsGraph(heads.options(), graph))) {
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
   * Whether a network of an unknown type would take the fused path.
   *
   * @param selfSteps T of self-attention; less than 1 if it is not known, or for other attention
   */
  static boolean takesFused(AttentionOptions options, long selfSteps) {
    return isFused(options, DataType.FLOAT) && !isFasterAsGraph(options, selfSteps);
  }

  /**
   * Whether a self-attention layer whose path {@link #isFused} is free to take the graph and faster
   * with it for so many steps. Measured with softmax; maps with exact zeros, whose kernels leave
   * out most of the products, stay fused.
   *
   * @param steps T, or less than 1 if it is not known
   */
  static boolean isFasterAsGraph(AttentionOptions options, long steps) {
    return prefersGraph(options) && steps >= LEAST_GRAPH_STEPS && steps <= MOST_GRAPH_STEPS;
  }

  private static boolean isFasterAsGraph(AttentionOptions options, LayerGraph graph) {
    return prefersGraph(options)
        && graph.past().isEmpty()
        && graph.hasStepsBetween(LEAST_GRAPH_STEPS, MOST_GRAPH_STEPS);
  }

  /** Whether it depends on the number of steps which path is the faster one. */
  private static boolean prefersGraph(AttentionOptions options) {
    return !FloatOps.VECTORS
        && options.execution == Execution.AUTO
        && options.normalizer.kernel().stream()
            .anyMatch(kernel -> kernel.sparsity() == Sparsity.NONE);
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
        HostArrays.onCpu(),
        options.penalisesEntropy());
  }
}
