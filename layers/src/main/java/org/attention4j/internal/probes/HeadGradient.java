package org.attention4j.internal.probes;

import org.attention4j.internal.graph.HostArrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradient at the outputs of the heads, from that at the layer's output: {@code dO = Wo dY}, a
 * step at a time, since few steps are asked for.
 */
final class HeadGradient implements StepVectors {
  private final HeadVectors outputGradient;
  private final double[] weights;
  private final int headSize;

  /**
   * Copies the weights, which the update will change.
   *
   * @param outputGradient dY [e, size, Tq]
   * @param weights Wo [heads * headSize, size]
   * @param headSize the size of a head
   */
  HeadGradient(HeadVectors outputGradient, INDArray weights, int headSize) {
    this.outputGradient = outputGradient;
    this.weights = HostArrays.numbers(weights);
    this.headSize = headSize;
  }

  @Override
  public double[] of(int example, int head, int step) {
    double[] arriving = outputGradient.of(example, 0, step);
    double[] gradient = new double[headSize];
    int row = head * headSize * arriving.length;
    for (int i = 0; i < headSize; i++) {
      for (int o = 0; o < arriving.length; o++) {
        gradient[i] += weights[row + o] * arriving[o];
      }
      row += arriving.length;
    }
    return gradient;
  }
}
