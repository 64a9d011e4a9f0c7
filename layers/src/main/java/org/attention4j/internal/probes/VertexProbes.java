package org.attention4j.internal.probes;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.attention4j.dl4j.Intermediates;
import org.attention4j.dl4j.Observation;
import org.attention4j.internal.graph.StepMask;
import org.attention4j.layers.AttentionSpec;
import org.attention4j.layers.AttentionVertex;
import org.attention4j.layers.Position;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Makes monitored layers of attention vertices, ours and the stock one. */
final class VertexProbes {
  private VertexProbes() {}

  /** What goes in and out, and whether queries and keys come from the same vertex. */
  private record Sequences(INDArray[] inputs, @Nullable INDArray output, boolean areOne) {}

  /** The vertex as a monitored layer; null if it has no attention or no input. */
  static @Nullable MonitoredLayer of(
      ComputationGraph graph, GraphVertex vertex, Activations activations) {
    var configuration = graph.getConfiguration().getVertices().get(vertex.getVertexName());
    if (configuration instanceof FrozenVertex frozen) {
      configuration = frozen.getUnderlying();
    }
    INDArray[] inputs = vertex.getInputs();
    if (inputs == null || Arrays.stream(inputs).anyMatch(Objects::isNull)) {
      return null;
    }
    Map<String, INDArray> parameters = vertex.paramTable(false);
    List<String> sources = graph.getConfiguration().getVertexInputs().get(vertex.getVertexName());
    Sequences sequences =
        new Sequences(
            inputs,
            activations.of(vertex.getVertexName()),
            sources != null && sources.size() > 1 && sources.get(0).equals(sources.get(1)));
    if (configuration instanceof AttentionVertex ours) {
      AttentionSpec spec = ours.attentionRule();
      return monitored(
          vertex,
          spec,
          sequences,
          published(vertex, spec),
          (examples, observer) -> {
            if (spec.gated()) {
              Observation.ofInnerGradients(
                  vertex,
                  gradients ->
                      observer.accept(
                          () -> MonitoredLayer.attendedGradient(spec, gradients.get(0), examples)));
            } else {
              Observation.ofNextBackward(
                  vertex,
                  gradient ->
                      observer.accept(
                          () ->
                              MonitoredLayer.attendedGradient(
                                  spec, parameters, gradient, examples)));
            }
          });
    }
    return configuration instanceof org.deeplearning4j.nn.conf.graph.AttentionVertex stock
        ? monitored(
            vertex,
            Dl4jAttentionProjections.spec(stock),
            sequences,
            (sampled, keyMask) -> Dl4jAttentionProjections.of(sampled, parameters),
            null)
        : null;
  }

  /** Only what is forgotten depends on the mask. */
  private static PublishedHeads published(GraphVertex vertex, AttentionSpec spec) {
    String[] names = LayerProbes.names(spec);
    return new PublishedHeads(
        List.of(names),
        (inputs, keyMask) -> {
          @Nullable INDArray[] masks = new INDArray[inputs.length];
          if (spec.position() == Position.FORGETTING) {
            Arrays.fill(masks, Math.min(1, masks.length - 1), masks.length, keyMask);
          }
          return Intermediates.of(vertex, inputs, masks, names);
        },
        () -> Intermediates.kept(vertex, names),
        (queryMask, observer) -> Observation.ofScores(vertex, queryMask, observer));
  }

  private static MonitoredLayer monitored(
      GraphVertex vertex,
      AttentionSpec spec,
      Sequences sequences,
      MonitoredLayer.Projection projection,
      MonitoredLayer.@Nullable GradientSource gradients) {
    @Nullable INDArray[] masks = Observation.masks(vertex);
    INDArray keyMask = mask(masks, 1);
    INDArray valueMask = mask(masks, 2);
    return new MonitoredLayer(
        vertex.getVertexName(),
        vertex.getVertexName() + "_",
        spec,
        vertex.paramTable(false),
        sequences.inputs(),
        mask(masks, 0),
        StepMask.both(keyMask, valueMask, DataType.FLOAT, vertex.getVertexName()),
        sequences.output(),
        sequences.areOne(),
        projection,
        gradients);
  }

  /** The mask of an input; inputs without a mask of their own have the last one. */
  private static @Nullable INDArray mask(@Nullable INDArray[] masks, int input) {
    return masks.length == 0 ? null : masks[Math.min(input, masks.length - 1)];
  }
}
