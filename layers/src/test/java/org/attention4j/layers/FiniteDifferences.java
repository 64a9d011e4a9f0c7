package org.attention4j.layers;

import java.util.Map;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network's gradient against central differences of its score, along one random direction for
 * each parameter array, so that every entry of the gradient takes part.
 */
final class FiniteDifferences {
  private static final double STEP = 1e-5;

  private FiniteDifferences() {}

  /** The largest error of a directional derivative, relative to the larger of its size and 1e-2. */
  static double largestError(
      MultiLayerNetwork network, INDArray input, INDArray labels, @Nullable INDArray mask) {
    return largestError(network, input, labels, mask, mask);
  }

  /** The same, for a network whose output has not the steps of its input. */
  static double largestError(
      MultiLayerNetwork network,
      INDArray input,
      INDArray labels,
      @Nullable INDArray mask,
      @Nullable INDArray labelMask) {
    Map<String, INDArray> gradients = gradients(network, input, labels, mask, labelMask);
    DataSet data = new DataSet(input, labels, mask, labelMask);
    double largest = 0;
    for (Map.Entry<String, INDArray> parameter : network.paramTable().entrySet()) {
      INDArray values = parameter.getValue();
      INDArray start = values.dup();
      INDArray direction = Nd4j.randn(values.dataType(), values.shape());
      values.assign(start.add(direction.mul(STEP)));
      double above = network.score(data, true);
      values.assign(start.sub(direction.mul(STEP)));
      double below = network.score(data, true);
      values.assign(start);
      double expected = (above - below) / (2 * STEP);
      INDArray gradient = gradients.get(parameter.getKey());
      double actual = gradient.mul(direction).sumNumber().doubleValue() / input.size(0);
      double error = Math.abs(actual - expected) / Math.max(1e-2, Math.abs(expected));
      largest = Math.max(largest, error);
    }
    return largest;
  }

  /** The gradients by parameter name, summed over the examples. */
  static Map<String, INDArray> gradients(
      MultiLayerNetwork network,
      INDArray input,
      INDArray labels,
      @Nullable INDArray mask,
      @Nullable INDArray labelMask) {
    network.setLayerMaskArrays(mask, labelMask);
    network.setInput(input);
    network.setLabels(labels);
    network.computeGradientAndScore();
    return network.gradient().gradientForVariable();
  }
}
