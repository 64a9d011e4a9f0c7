package org.attention4j.monitor;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.attention4j.dl4j.Intermediates;
import org.attention4j.dl4j.Observation;
import org.attention4j.layers.AttentionRule;
import org.attention4j.layers.AttentionVertex;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.samediff.StepMask;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** How the attention vertices, ours and the stock one, are watched. */
final class WatchedVertex {
  private static final String[] HEADS = {
    SelfAttentionLayer.QUERIES, SelfAttentionLayer.KEYS, SelfAttentionLayer.VALUES
  };

  private WatchedVertex() {}

  /** The vertex as something to watch; null if it has no attention or no input. */
  static @Nullable Watched of(ComputationGraph graph, GraphVertex vertex) {
    var configuration = graph.getConfiguration().getVertices().get(vertex.getVertexName());
    if (configuration instanceof FrozenVertex frozen) {
      configuration = frozen.getUnderlying();
    }
    INDArray[] inputs = vertex.getInputs();
    if (inputs == null || Arrays.stream(inputs).anyMatch(Objects::isNull)) {
      return null;
    }
    Map<String, INDArray> parameters = vertex.paramTable(false);
    if (configuration instanceof AttentionVertex ours) {
      AttentionRule rule = ours.attentionRule();
      return watched(
          vertex,
          rule,
          inputs,
          (sampled, keyMask) -> published(vertex, sampled),
          (examples, observer) ->
              Observation.ofNextBackward(
                  vertex,
                  gradient ->
                      observer.accept(
                          () -> Watched.attendedGradient(rule, parameters, gradient, examples))));
    }
    return configuration instanceof org.deeplearning4j.nn.conf.graph.AttentionVertex stock
        ? watched(
            vertex,
            StockHeads.rule(stock),
            inputs,
            (sampled, keyMask) -> StockHeads.of(sampled, parameters),
            null)
        : null;
  }

  private static INDArray[] published(GraphVertex vertex, INDArray[] inputs) {
    Map<String, INDArray> published =
        Intermediates.of(vertex, inputs, new INDArray[inputs.length], HEADS);
    return Arrays.stream(HEADS)
        .map(name -> Objects.requireNonNull(published.get(name)))
        .toArray(INDArray[]::new);
  }

  private static Watched watched(
      GraphVertex vertex,
      AttentionRule rule,
      INDArray[] inputs,
      Watched.Projection projection,
      Watched.@Nullable GradientSource gradients) {
    @Nullable INDArray[] masks = Observation.masks(vertex);
    INDArray keyMask = mask(masks, 1);
    INDArray valueMask = mask(masks, 2);
    return new Watched(
        vertex.getVertexName(),
        vertex.getVertexName() + "_",
        rule,
        vertex.paramTable(false),
        inputs,
        mask(masks, 0),
        StepMask.both(keyMask, valueMask, DataType.FLOAT, vertex.getVertexName()),
        projection,
        gradients);
  }

  /** The mask of an input; the last one serves for those that were not given. */
  private static @Nullable INDArray mask(@Nullable INDArray[] masks, int input) {
    return masks.length == 0 ? null : masks[Math.min(input, masks.length - 1)];
  }
}
