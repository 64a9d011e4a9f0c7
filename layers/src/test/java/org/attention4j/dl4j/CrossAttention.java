package org.attention4j.dl4j;

import java.util.Map;
import org.attention4j.internal.dotproduct.ColumnAttention;
import org.attention4j.internal.dotproduct.DotProductAttention;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The smallest vertex with everything: two inputs [b, size, Tq] and [b, size, Tk], each with its
 * mask, and parameters: queries that attend over a memory, with a gain for each feature.
 */
final class CrossAttention extends ExactSameDiffVertex {
  @JsonProperty private long size;

  /** For JSON. */
  private CrossAttention() {}

  CrossAttention(long size) {
    this.size = size;
  }

  @Override
  public void defineParametersAndInputs(SDVertexParams params) {
    params.defineInputs("queries", "memory");
    params.addWeightParam("queryGain", size);
    params.addWeightParam("valueGain", size);
    params.addBiasParam("bias", size);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.forEach((name, array) -> array.assign(name.equals("bias") ? 0.1 : 0.7));
  }

  @Override
  protected SDVariable define(LayerGraph graph) {
    SDVariable memory = graph.input("memory");
    ColumnAttention.Result attention =
        new ColumnAttention(DotProductAttention.softmax().withScale(1), 1, size, Map.of())
            .withMask(graph.mask("memory").map(mask -> head(head(mask))).orElse(null))
            .apply(
                head(graph.input("queries").mul(features(graph, "queryGain"))),
                head(memory),
                head(memory.mul(features(graph, "valueGain"))));
    graph.publish("weights", attention.weights());
    return graph.sameDiff().squeeze(attention.output(), 1).add(features(graph, "bias"));
  }

  private SDVariable features(LayerGraph graph, String parameter) {
    return graph.parameter(parameter).reshape(1, size, 1);
  }

  private static SDVariable head(SDVariable x) {
    return x.getSameDiff().expandDims(x, 1);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType... vertexInputs) {
    return vertexInputs[0];
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArrays(
      INDArray[] maskArrays, MaskState currentMaskState, int minibatchSize) {
    return new Pair<>(maskArrays == null ? null : maskArrays[0], currentMaskState);
  }

  @Override
  public GraphVertex clone() {
    return new CrossAttention(size);
  }
}
