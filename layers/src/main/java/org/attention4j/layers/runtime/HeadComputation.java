package org.attention4j.layers.runtime;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What the head of a language model computes: a linear map, softmax and cross entropy. */
interface HeadComputation {
  /**
   * What goes in.
   *
   * @param input x, [b, in, T]
   * @param weights W, [in, classes]
   * @param bias b, [classes]; null for none
   * @param columns the steps that count, ascending: number of the example times T plus number of
   *     the step
   */
  record Pass(INDArray input, INDArray weights, @Nullable INDArray bias, int[] columns) {}

  /**
   * What is to be hit.
   *
   * @param labels the class of each step that counts
   * @param smoothing how much of the target is spread over all classes
   */
  record Targets(int[] labels, double smoothing) {}

  /**
   * What is filled by a backward pass.
   *
   * @param input dL/dx, [b, in, T]; zero at steps that do not count
   * @param weights dL/dW, [in, classes]
   * @param bias dL/db, [classes]; null for none
   */
  record Gradients(INDArray input, INDArray weights, @Nullable INDArray bias) {}

  /** Fills [b, classes, T] with the probabilities, zero at steps that do not count. */
  void probabilities(Pass pass, INDArray result);

  /** The loss of each step that counts. */
  double[] losses(Pass pass, Targets targets);

  /** The same, and their gradients. */
  double[] gradients(Pass pass, Targets targets, Gradients results);
}
