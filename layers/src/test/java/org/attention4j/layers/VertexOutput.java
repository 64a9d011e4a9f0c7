package org.attention4j.layers;

import java.util.Objects;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What the vertex gives in a graph around one. */
final class VertexOutput {
  private VertexOutput() {}

  static INDArray of(
      ComputationGraph graph, INDArray[] inputs, @Nullable INDArray @Nullable [] masks) {
    if (masks == null) {
      graph.clearLayerMaskArrays();
    } else {
      graph.setLayerMaskArrays(masks, null);
    }
    INDArray output = graph.feedForward(inputs, false).get("attention");
    graph.clearLayerMaskArrays();
    return Objects.requireNonNull(output);
  }
}
