package org.attention4j.kernel;

import java.util.function.IntUnaryOperator;

/** The row kernels of the built-in normalizers. Learnable parameters count from 0. */
public final class RowKernels {
  private RowKernels() {}

  /**
   * softmax(z / T).
   *
   * @param temperature T, positive
   * @return the kernel
   */
  public static RowKernel softmax(double temperature) {
    return new SoftmaxKernel(temperature, false);
  }

  /**
   * softmax(z / T) with log T as learnable parameter.
   *
   * @return the kernel
   */
  public static RowKernel softmaxWithLearnableTemperature() {
    return new SoftmaxKernel(1, true);
  }

  /**
   * e^z / (c + Σ e^z).
   *
   * @param c positive
   * @return the kernel
   */
  public static RowKernel softmaxOne(double c) {
    return new SinkKernel(Math.log(c), false);
  }

  /**
   * e^z / (e^S + Σ e^z) with S as learnable parameter.
   *
   * @return the kernel
   */
  public static RowKernel sink() {
    return new SinkKernel(0, true);
  }

  /**
   * Another kernel on scores that are multiplied by a factor.
   *
   * @param kernel what comes after
   * @param shiftInvariant whether that kernel does not see a shift of the row, so that the largest
   *     score can be taken off before the multiplication
   * @param factor the factor, whose parameters come before the kernel's own
   * @return the kernel
   */
  public static RowKernel scaled(RowKernel kernel, boolean shiftInvariant, RowFactor factor) {
    return new ScaledKernel(kernel, shiftInvariant, factor);
  }

  /**
   * Another kernel on c tanh(z / c).
   *
   * @param kernel what comes after
   * @param cap c, from 1e-6 to 1e6
   * @return the kernel
   */
  public static RowKernel softCap(RowKernel kernel, double cap) {
    return new SoftCapKernel(kernel, cap);
  }

  /**
   * Another kernel, of whose weights the largest of each row are kept.
   *
   * @param kernel makes the weights
   * @param count N, how many are kept, at least 1; of equal ones those with the lowest index
   * @param renormalised whether the weights that are kept are divided by their sum
   * @return the kernel
   */
  public static RowKernel restricted(RowKernel kernel, int count, boolean renormalised) {
    return new RestrictedKernel(kernel, count, renormalised);
  }

  /**
   * softmax(β z), β the adaptive temperature's polynomial of the entropy of softmax(z).
   *
   * @param polynomial its coefficients, the highest power first
   * @return the kernel
   */
  public static RowKernel adaptiveTemperature(double... polynomial) {
    return new AdaptiveTemperatureKernel(polynomial.clone());
  }

  /**
   * softmax over the largest scores, ties to the lowest index.
   *
   * @param kept how many scores to keep of n visible ones, from 1 to n
   * @return the kernel
   */
  public static RowKernel topK(IntUnaryOperator kept) {
    return TopKKernel.ofNumber(kept);
  }

  /**
   * softmax over the largest scores, with the gradient of softmax(z / T) over all.
   *
   * @param kept how many scores to keep of n visible ones, from 1 to n
   * @param temperature T, positive
   * @return the kernel
   */
  public static RowKernel straightThroughTopK(IntUnaryOperator kept, double temperature) {
    return new StraightThroughKernel(TopKKernel.ofNumber(kept), temperature);
  }

  /**
   * softmax over the fewest largest scores whose e^z sum to a share of the sum of all, ties to the
   * lowest index.
   *
   * @param share above 0 and at most 0.999999
   * @return the kernel
   */
  public static RowKernel topP(double share) {
    return TopKKernel.ofShare(share);
  }

  /**
   * entmax; with alpha = 2 sparsemax.
   *
   * @param alpha α, above 1
   * @return the kernel
   */
  public static RowKernel entmax(double alpha) {
    return new EntmaxKernel(alpha);
  }

  /**
   * entmax with α = lowest + (highest - lowest) σ(a), a being the learnable parameter.
   *
   * @param lowest the smallest α, above 1
   * @param highest the largest α
   * @return the kernel
   */
  public static RowKernel learnableEntmax(double lowest, double highest) {
    return new LearnableEntmaxKernel(lowest, highest);
  }

  /**
   * relu(e^z - 1) / Σ |e^z - 1|.
   *
   * @return the kernel
   */
  public static RowKernel softpick() {
    return new SoftpickKernel();
  }

  /**
   * σ(z - log n).
   *
   * @return the kernel
   */
  public static RowKernel sigmoid() {
    return new SigmoidKernel();
  }

  /**
   * relu(z) / n.
   *
   * @return the kernel
   */
  public static RowKernel relu() {
    return new ReluKernel();
  }

  /**
   * (z - low) / (high - low) softmax(z), low = min(min z, 0), high = max(max z, 0).
   *
   * @return the kernel
   */
  public static RowKernel selfAdjust() {
    return new SelfAdjustKernel();
  }
}
