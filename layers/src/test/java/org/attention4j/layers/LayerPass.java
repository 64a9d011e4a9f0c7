package org.attention4j.layers;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One forward and one backward pass of the first layer of a network, alone, for a chosen gradient
 * at its output.
 */
record LayerPass(INDArray output, INDArray inputGradient, Map<String, INDArray> gradients) {

  /** Runs the layer in training. */
  static LayerPass of(
      MultiLayerNetwork network, INDArray input, @Nullable INDArray mask, INDArray epsilon) {
    if (network.getFlattenedGradients() == null) {
      network.initGradientsView();
    }
    LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces();
    Layer layer = network.getLayer(0);
    layer.setMaskArray(mask);
    INDArray output = layer.activate(input.dup(), true, workspaces).dup();
    Pair<Gradient, INDArray> result = layer.backpropGradient(epsilon.dup(), workspaces);
    Map<String, INDArray> gradients = new LinkedHashMap<>();
    result
        .getFirst()
        .gradientForVariable()
        .forEach((name, gradient) -> gradients.put(name, gradient.dup()));
    layer.setMaskArray(null);
    return new LayerPass(output, result.getSecond().dup(), gradients);
  }

  /** The largest difference of all gradients by parameters; 0 if there are none. */
  double distance(LayerPass other) {
    return gradients.entrySet().stream()
        .mapToDouble(entry -> distance(entry.getValue(), other.gradients.get(entry.getKey())))
        .max()
        .orElse(0);
  }

  /** The largest difference of two arrays; infinite if something in them is no number. */
  static double distance(INDArray first, INDArray second) {
    if (first.isNaN().any() || second.isNaN().any()) {
      return Double.POSITIVE_INFINITY;
    }
    return first.sub(second).amaxNumber().doubleValue();
  }
}
