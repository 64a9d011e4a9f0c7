package org.attention4j.dl4j;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Masks for {@code rnnTimeStep} of a {@link ComputationGraph}, which takes away those that were set
 * before. A {@link org.deeplearning4j.nn.multilayer.MultiLayerNetwork} does not: it takes them by
 * its {@code setLayerMaskArrays}.
 */
public final class NextSteps {
  private NextSteps() {}

  /**
   * Masks the steps of the next call of {@code rnnTimeStep}, in every layer of this library that
   * keeps something of them.
   *
   * @param graph with one input
   * @param mask zero for padding, any other number for a step that counts, shape [b, t]
   */
  public static void mask(ComputationGraph graph, INDArray mask) {
    for (Layer layer : graph.getLayers()) {
      Layer inner = layer instanceof BaseWrapperLayer wrapper ? wrapper.getUnderlying() : layer;
      if (inner instanceof SteppingLayerRuntime stepping) {
        stepping.maskNext(mask);
      }
    }
  }
}
