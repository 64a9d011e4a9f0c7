package org.attention4j.dl4j;

import java.util.Map;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The configuration of a vertex that is defined by a SameDiff graph and whose gradient is exact;
 * for vertices what {@link ExactSameDiffLayer} is for layers.
 *
 * <p>Deeplearning4j asks only layers, never vertices, for input dropout, constraints and a share of
 * the score: L1 and L2 reach the gradient of a vertex, and nothing else of these does.
 */
public abstract class ExactSameDiffVertex extends SameDiffVertex {
  /** For builders and JSON. */
  protected ExactSameDiffVertex() {}

  /**
   * Writes the vertex into a graph.
   *
   * @param graph the inputs, their masks, the parameters, and what else a vertex may use
   * @return the activations
   */
  protected abstract SDVariable define(LayerGraph graph);

  @Override
  public SDVariable defineVertex(
      SameDiff sameDiff,
      Map<String, SDVariable> layerInput,
      Map<String, SDVariable> paramTable,
      Map<String, SDVariable> maskVars) {
    return define(new LayerGraph(sameDiff, false, layerInput, maskVars, paramTable, -1));
  }

  /**
   * Tells which steps count for each input when all masks are seen together.
   *
   * @param masks the masks of the inputs as ones and zeros in the type of the network, null where
   *     all steps count
   * @return the masks that the graph sees, of the same length; unless overridden those given
   */
  protected @Nullable INDArray[] effectiveMasks(@Nullable INDArray[] masks) {
    return masks;
  }

  /**
   * The parameters for the present sizes. The stock class keeps those of the first call for ever.
   * Each call has its own: one worker may train while another writes the configuration as JSON.
   */
  @Override
  public SDVertexParams getVertexParams() {
    SDVertexParams params = new SDVertexParams();
    defineParametersAndInputs(params);
    return params;
  }

  @Override
  public GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int idx,
      INDArray paramsView,
      boolean initializeParams,
      DataType networkDatatype) {
    setName(name);
    return new ExactVertexRuntime(
        this, graph, name, idx, paramsView, initializeParams, networkDatatype);
  }
}
