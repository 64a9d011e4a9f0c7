package org.attention4j.layers;

import static org.attention4j.internal.graph.GraphShapes.doubleRange;

import java.util.function.UnaryOperator;
import org.attention4j.dl4j.LayerGraph;
import org.attention4j.dl4j.PastSteps;
import org.attention4j.internal.dotproduct.ColumnAttention;
import org.attention4j.internal.dotproduct.ParameterNames;
import org.nd4j.autodiff.samediff.SDVariable;

/** Attention as ordinary operations, with scores and weights as matrices in memory. */
final class GraphPath extends AttentionPath {
  private final MultiHeadAttention heads;
  private final LayerGraph graph;

  GraphPath(MultiHeadAttention heads, LayerGraph graph) {
    this.heads = heads;
    this.graph = graph;
  }

  @Override
  SDVariable apply(AttentionSources sources) {
    PastSteps past = graph.past().orElse(null);
    if (past != null) {
      SDVariable attended = attendAll(project(sources), sources, past);
      return merge(attended, sources.queries(), sources.outputShape());
    }
    AttentionOptions options = heads.options();
    ColumnAttention.Result result =
        attend(
            project(sources),
            sources,
            weights ->
                graph.weightsDropout(weights, options.attentionDropout, sources.weightsShape()));
    EntropyPenalty.add(graph, options, result.scores(), result.weights(), sources.queryMask());
    observeGated(result.output());
    return merge(result.output(), sources.queries(), sources.outputShape());
  }

  /** Attention to the earlier steps and the new ones. The last query stands at the last key. */
  private SDVariable attendAll(
      HeadProjections projected, AttentionSources sources, PastSteps past) {
    SDVariable keys = past.andNew(AttentionLayer.KEYS, projected.keys());
    SDVariable values = past.andNew(AttentionLayer.VALUES, projected.values());
    SequenceShape all = sources.keys().shape().withStepsOf(keys);
    SDVariable keyMask = sources.keyMask();
    return attention(
            Positions.fromEnd(sources.queries().shape().steps(), all.steps()),
            doubleRange(all.steps()))
        .withMask(keyMask == null ? null : AttentionLayer.asKeyMask(keyMask))
        .apply(projected.queries(), forEachQueryHead(keys, all), forEachQueryHead(values, all))
        .output();
  }

  HeadProjections project(AttentionSources sources) {
    SDVariable queries = queries(sources.queries());
    return new HeadProjections(
        sources.learnedQueries() ? sources.keys().shape().headsForEachExample(queries) : queries,
        keys(sources.keys()),
        values(sources.valueSequence()));
  }

  /** Adds the matrices of scores and weights to the graph, and publishes all that lies between. */
  ColumnAttention.Result attend(
      HeadProjections projected, AttentionSources sources, UnaryOperator<SDVariable> dropout) {
    projected.publish(graph);
    SDVariable keyMask = sources.keyMask();
    ColumnAttention.Result result =
        attention(sources.queries().positions(), sources.keys().positions())
            .withMask(keyMask == null ? null : AttentionLayer.asKeyMask(keyMask))
            .withDropout(dropout)
            .apply(
                projected.queries(),
                forEachQueryHead(projected.keys(), sources.keys().shape()),
                forEachQueryHead(projected.values(), sources.keys().shape()));
    graph.publish(AttentionLayer.SCORES, result.scores());
    graph.publish(AttentionLayer.WEIGHTS, result.weights());
    return result;
  }

  /** Q, shape [b, h, d, Tq]. */
  SDVariable queries(AttentionSources.Sequence from) {
    SDVariable q =
        split(from, ParameterNames.QUERY_WEIGHTS, ParameterNames.QUERY_BIAS, heads.heads());
    return heads.normedAndRotated(graph, q, ParameterNames.QUERY_SCALE, from.positions());
  }

  /** K, shape [b, g, d, Tk], g being the number of heads of keys and values. */
  SDVariable keys(AttentionSources.Sequence from) {
    SDVariable k =
        split(from, ParameterNames.KEY_WEIGHTS, ParameterNames.KEY_BIAS, heads.keyValueHeads());
    return heads.normedAndRotated(graph, k, ParameterNames.KEY_SCALE, from.positions());
  }

  /** V, shape [b, g, d, Tk], g being the number of heads of keys and values. */
  SDVariable values(AttentionSources.Sequence from) {
    return split(
        from, ParameterNames.VALUE_WEIGHTS, ParameterNames.VALUE_BIAS, heads.keyValueHeads());
  }

  private SDVariable split(
      AttentionSources.Sequence from, String weights, String bias, int splitHeads) {
    SequenceShape shape = from.shape();
    long headFeatures = heads.headFeatures();
    if (!heads.projected()) {
      return shape.split(from.x(), 1, headFeatures);
    }
    SDVariable matrix = graph.parameter(weights).reshape(splitHeads * headFeatures, -1);
    SDVariable split =
        shape.split(Projection.apply(matrix, from.x(), shape), splitHeads, headFeatures);
    return heads.options().hasBias
        ? split.add(graph.parameter(bias).reshape(1, splitHeads, headFeatures, 1))
        : split;
  }

  /** Repeats the heads of keys or values for each head of queries. */
  SDVariable forEachQueryHead(SDVariable x, SequenceShape shape) {
    int group = heads.heads() / heads.keyValueHeads();
    return group == 1
        ? x
        : shape.repeatHeads(x, heads.keyValueHeads(), heads.headFeatures(), group);
  }

  /**
   * The operation between the heads, without a mask and without dropout.
   *
   * @param queryPositions the positions of the queries, shape [Tq]
   * @param keyPositions the positions of the keys, shape [Tk]
   */
  ColumnAttention attention(SDVariable queryPositions, SDVariable keyPositions) {
    ColumnAttention attention =
        new ColumnAttention(
            heads.attention(),
            heads.heads(),
            heads.headFeatures(),
            heads.normalizerVariables(graph));
    return heads.options().position == Position.ALIBI
        ? attention.withBias(Positions.linearBias(queryPositions, keyPositions, heads.heads()))
        : attention;
  }

  /**
   * Puts the heads together again.
   *
   * @param attended shape [b, h, d, Tq]
   * @param queries what the queries were projected from
   * @param shape the sizes of the output
   * @return shape [b, outputSize, Tq]
   */
  SDVariable merge(SDVariable attended, AttentionSources.Sequence queries, SequenceShape shape) {
    SDVariable merged = shape.merge(attended, heads.heads() * heads.headFeatures());
    return projectOutput(gated(merged, queries), shape);
  }

  /**
   * What arrives at the output of the layer does not tell the gradient before the gate.
   *
   * @param attended shape [b, h, d, Tq], the features of all heads perhaps in one axis
   */
  void observeGated(SDVariable attended) {
    if (heads.options().gated()) {
      graph.observeGradient(attended);
    }
  }

  /** From [b, h * d, Tq] to the same after the gate, if there is one. */
  SDVariable gated(SDVariable merged, AttentionSources.Sequence queries) {
    if (!heads.options().gated()) {
      return merged;
    }
    SequenceShape shape = queries.shape();
    SDVariable matrix = graph.parameter(ParameterNames.GATE_WEIGHTS);
    SDVariable gate =
        graph
            .sameDiff()
            .nn
            .sigmoid(
                shape.addToEachStep(
                    Projection.apply(matrix, queries.x(), shape),
                    graph.parameter(ParameterNames.GATE_BIAS),
                    heads.gates()));
    SDVariable split = shape.split(merged, heads.heads(), heads.headFeatures());
    long gates = heads.gates() / heads.heads();
    return shape.merge(
        split.mul(shape.split(gate, heads.heads(), gates)), heads.heads() * heads.headFeatures());
  }

  /** From [b, h * d, Tq] to [b, outputSize, Tq]. */
  SDVariable projectOutput(SDVariable merged, SequenceShape shape) {
    if (!heads.projected()) {
      return merged;
    }
    SDVariable output =
        Projection.applyTransposed(graph.parameter(ParameterNames.OUTPUT_WEIGHTS), merged, shape);
    return heads.options().hasBias
        ? shape.addToEachStep(
            output, graph.parameter(ParameterNames.OUTPUT_BIAS), heads.outputSize())
        : output;
  }
}
