package org.attention4j.layers;

import java.util.Map;
import java.util.function.DoubleSupplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
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

  /** The same, for a network whose output has other steps than its input. */
  static double largestError(
      MultiLayerNetwork network,
      INDArray input,
      INDArray labels,
      @Nullable INDArray mask,
      @Nullable INDArray labelMask) {
    Map<String, INDArray> gradients = gradients(network, input, labels, mask, labelMask);
    DataSet data = new DataSet(input, labels, mask, labelMask);
    return largestError(
        network.paramTable(), gradients, input.size(0), () -> network.score(data, true));
  }

  /** The same for a graph of one output. */
  static double largestError(
      ComputationGraph graph,
      INDArray[] inputs,
      INDArray labels,
      @Nullable INDArray @Nullable [] masks,
      @Nullable INDArray labelMask) {
    INDArray[] labelMasks = labelMask == null ? null : new INDArray[] {labelMask};
    graph.setLayerMaskArrays(masks, labelMasks);
    graph.setInputs(inputs);
    graph.setLabels(labels);
    graph.computeGradientAndScore();
    MultiDataSet data = new MultiDataSet(inputs, new INDArray[] {labels}, masks, labelMasks);
    return largestError(
        graph.paramTable(),
        graph.gradient().gradientForVariable(),
        inputs[0].size(0),
        () -> graph.score(data, true));
  }

  private static double largestError(
      Map<String, INDArray> parameters,
      Map<String, INDArray> gradients,
      long examples,
      DoubleSupplier score) {
    double largest = 0;
    for (Map.Entry<String, INDArray> parameter : parameters.entrySet()) {
      INDArray values = parameter.getValue();
      INDArray start = values.dup();
      INDArray direction = Nd4j.randn(values.dataType(), values.shape());
      values.assign(start.add(direction.mul(STEP)));
      double above = score.getAsDouble();
      values.assign(start.sub(direction.mul(STEP)));
      double below = score.getAsDouble();
      values.assign(start);
      double expected = (above - below) / (2 * STEP);
      INDArray gradient = gradients.get(parameter.getKey());
      double actual = gradient.mul(direction).sumNumber().doubleValue() / examples;
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
