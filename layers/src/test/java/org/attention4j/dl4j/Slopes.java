package org.attention4j.dl4j;

import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network's gradient against central differences of its training score, with the same random
 * draws in every forward pass.
 */
final class Slopes {
  private static final double STEP = 1e-5;
  private static final long SEED = 101;

  private Slopes() {}

  /** The largest error of a slope, relative to the larger of its size and 1e-2. */
  static double largestError(MultiLayerNetwork network, DataSet data) {
    Map<String, INDArray> gradients = gradients(network, data);
    double largest = 0;
    for (Map.Entry<String, INDArray> parameter : network.paramTable().entrySet()) {
      INDArray values = parameter.getValue();
      INDArray start = values.dup();
      INDArray direction = Nd4j.randn(values.dataType(), values.shape());
      values.assign(start.add(direction.mul(STEP)));
      double above = score(network, data);
      values.assign(start.sub(direction.mul(STEP)));
      double below = score(network, data);
      values.assign(start);
      double expected = (above - below) / (2 * STEP);
      double actual =
          gradients.get(parameter.getKey()).mul(direction).sumNumber().doubleValue()
              / data.numExamples();
      largest = Math.max(largest, Math.abs(actual - expected) / Math.max(1e-2, Math.abs(expected)));
    }
    return largest;
  }

  private static double score(MultiLayerNetwork network, DataSet data) {
    Nd4j.getRandom().setSeed(SEED);
    return network.score(data, true);
  }

  /** The gradients by parameter name, summed over the examples. */
  static Map<String, INDArray> gradients(MultiLayerNetwork network, DataSet data) {
    network.setLayerMaskArrays(data.getFeaturesMaskArray(), data.getLabelsMaskArray());
    network.setInput(data.getFeatures());
    network.setLabels(data.getLabels());
    Nd4j.getRandom().setSeed(SEED);
    network.computeGradientAndScore();
    Map<String, INDArray> copies = new HashMap<>();
    network
        .gradient()
        .gradientForVariable()
        .forEach((name, gradient) -> copies.put(name, gradient.dup()));
    return copies;
  }
}
