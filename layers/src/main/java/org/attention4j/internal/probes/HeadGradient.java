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
      gradient[i] = product(row, arriving);
      row += arriving.length;
    }
    return gradient;
  }

  /** Two sums, as one would wait for itself at each step. */
  private double product(int row, double[] arriving) {
    double even = 0;
    double odd = 0;
    int o = 0;
    for (; o + 1 < arriving.length; o += 2) {
      even += weights[row + o] * arriving[o];
      odd += weights[row + o + 1] * arriving[o + 1];
    }
    if (o < arriving.length) {
      even += weights[row + o] * arriving[o];
    }
    return even + odd;
  }
}
