package org.attention4j.layers;

import org.deeplearning4j.nn.weights.IWeightInit;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A linear map of the features, the same for every time step, and the start of its weights. */
final class Projection {
  private Projection() {}

  /**
   * Applies a matrix to the features of each step.
   *
   * @param weights shape [out, in]
   * @param x shape [b, in, T], or [b, in] for a single step
   * @param shape the sizes of x
   * @return shape [b, out, T] or [b, out]
   */
  static SDVariable apply(SDVariable weights, SDVariable x, SequenceShape shape) {
    if (shape.isSingleStep()) {
      return x.getSameDiff().mmul(x, weights, false, true, false);
    }
    return shape.unflatten(weights.mmul(shape.flatten(x)));
  }

  /**
   * Applies a transposed matrix to the features of each step.
   *
   * @param weights shape [in, out]
   * @param x shape [b, in, T], or [b, in] for a single step
   * @param shape the sizes of x
   * @return shape [b, out, T] or [b, out]
   */
  static SDVariable applyTransposed(SDVariable weights, SDVariable x, SequenceShape shape) {
    if (shape.isSingleStep()) {
      return x.getSameDiff().mmul(x, weights);
    }
    SDVariable flat = shape.flatten(x);
    return shape.unflatten(x.getSameDiff().mmul(weights, flat, true, false, false));
  }

  /** Fills weights by a scheme. */
  static void initialize(INDArray weights, long fanIn, long fanOut, IWeightInit scheme) {
    scheme.init((double) fanIn, (double) fanOut, weights.shape(), 'c', weights);
  }
}
