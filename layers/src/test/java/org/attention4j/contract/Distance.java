package org.attention4j.contract;

import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** How far arrays are from one another. */
final class Distance {
  private Distance() {}

  /** The largest difference; infinite if something is no number. */
  static double of(INDArray first, INDArray second) {
    INDArray difference = first.castTo(DataType.DOUBLE).sub(second.castTo(DataType.DOUBLE));
    double largest = difference.amaxNumber().doubleValue();
    return difference.isNaN().any() || Double.isNaN(largest) ? Double.POSITIVE_INFINITY : largest;
  }

  /** Fails unless the shapes are equal and no entry differs by more. */
  static void check(INDArray actual, INDArray expected, double tolerance, String message) {
    if (!Arrays.equals(actual.shape(), expected.shape())) {
      fail(
          "%s: the shapes are %s and %s.",
          message, Arrays.toString(actual.shape()), Arrays.toString(expected.shape()));
    }
    double distance = of(actual, expected);
    if (!(distance <= tolerance)) {
      fail(
          distance == Double.POSITIVE_INFINITY
              ? "%s: there are values that are not finite."
              : "%s: the largest difference is %s, more than %s.",
          message,
          distance,
          tolerance);
    }
  }
}
