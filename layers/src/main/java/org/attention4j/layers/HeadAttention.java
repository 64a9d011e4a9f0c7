package org.attention4j.layers;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.attention4j.dl4j.LayerGraph;
import org.attention4j.internal.dotproduct.AttentionCore;
import org.attention4j.internal.graph.FusedAttention;
import org.attention4j.normalizer.NormalizerParameter;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens between the projections of a sequence, on the fused road or as a graph.
 *
 * <p>Publishes scores and weights on both; on the fused road they are computed when asked for, and
 * only then.
 *
 * @param heads the heads and their options
 * @param queryPositions where the queries stand, shape [Tq]
 * @param keyPositions where the keys stand, shape [Tk]
 * @param keyMask zero for a masked key, shape [b, Tk]; null if none is masked
 * @param queryMask zero for a query that the penalty on low entropy leaves out, shape [b, Tq]; null
 *     if there is none
 * @param causal whether each query sees only keys not behind it
 * @param weightsShape the shape [b, h, Tq, Tk] for given shapes of the inputs
 */
record HeadAttention(
    MultiHeadAttention heads,
    SDVariable queryPositions,
    SDVariable keyPositions,
    @Nullable SDVariable keyMask,
    @Nullable SDVariable queryMask,
    boolean causal,
    Function<Map<String, long[]>, long[]> weightsShape) {
  private static final Logger LOG = LoggerFactory.getLogger(HeadAttention.class);
  private static final String BACKEND = "backend";
  private static final String CPU = "CPU";

  /**
   * Writes the operation into the graph.
   *
   * @param projected queries, keys and values
   * @param keyShape the sizes of keys and values
   * @return shape [b, h, d, Tq]; on the fused road [b, h * d, Tq]
   */
  SDVariable apply(LayerGraph graph, HeadProjections projected, SequenceShape keyShape) {
    AttentionOptions options = heads.options();
    SDVariable queries = projected.queries();
    SDVariable keys = projected.keys();
    SDVariable values = projected.values();
    boolean fused = fused(options, queries.dataType());
    graph.publish(AttentionLayer.QUERIES, queries);
    graph.publish(AttentionLayer.KEYS, keys);
    graph.publish(AttentionLayer.VALUES, values);
    AttentionCore operation =
        heads
            .operation(graph, queryPositions, keyPositions)
            .mask(keyMask == null ? null : AttentionLayer.asKeyMask(keyMask))
            .causal(causal);
    if (!fused) {
      sayWhyGraph(options, queries.dataType());
      operation.dropout(
          weights -> graph.weightsDropout(weights, options.attentionDropout, weightsShape));
    }
    AttentionCore.Result result =
        operation.apply(
            queries,
            heads.forEachQueryHead(keys, keyShape),
            heads.forEachQueryHead(values, keyShape),
            heads.heads());
    graph.publish(AttentionLayer.SCORES, result.scores());
    graph.publish(AttentionLayer.WEIGHTS, result.weights());
    EntropyPenalty.add(graph, options, result.scores(), result.weights(), queryMask);
    return fused ? fused(graph, projected.fused()) : result.output();
  }

  private SDVariable fused(LayerGraph graph, List<SDVariable> queriesKeysValues) {
    AttentionOptions options = heads.options();
    List<NormalizerParameter> parameters = options.normalizerParameters(heads.heads());
    double dropout = graph.training() ? options.attentionDropout : 0;
    FusedAttention.Options fusedOptions =
        new FusedAttention.Options(
            heads.heads(),
            heads.keyValueHeads(),
            options.normalizer.kernel().orElseThrow(),
            parameters.size(),
            options.scaleFor(heads.headFeatures()),
            causal,
            options.position == Position.ALIBI,
            dropout,
            graph.training());
    return FusedAttention.apply(
        fusedOptions,
        queriesKeysValues,
        keyMask,
        parameters.stream().map(parameter -> graph.parameter(parameter.name())).toList(),
        dropout > 0 ? graph.weightsDropoutSeed(dropout) : null);
  }

  /** Whether the operation is the fused one for these options and this type. */
  static boolean fused(AttentionOptions options, DataType type) {
    return options.execution == Execution.AUTO
        ? options.normalizer.kernel().isPresent()
            && type == DataType.FLOAT
            && onCpu()
            && !options.penalisesEntropy()
        : options.execution == Execution.FUSED;
  }

  /** Whether a network of an unknown type, on the CPU, would take the graph path. */
  static boolean expectsGraph(AttentionOptions options) {
    return !fused(options, DataType.FLOAT);
  }

  private static void sayWhyGraph(AttentionOptions options, DataType type) {
    LOG.debug(
        "Attention with {} runs as a graph: execution {}, row kernel {}, type {}, on the CPU {},"
            + " entropy penalised {}.",
        options.normalizer,
        options.execution,
        options.normalizer.kernel().isPresent(),
        type,
        onCpu(),
        options.penalisesEntropy());
  }

  private static boolean onCpu() {
    Object backend = Nd4j.getExecutioner().getEnvironmentInformation().get(BACKEND);
    return CPU.equals(backend);
  }
}
