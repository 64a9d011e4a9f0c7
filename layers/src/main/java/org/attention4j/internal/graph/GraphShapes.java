package org.attention4j.internal.graph;

import org.nd4j.autodiff.samediff.SDIndex;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Sizes and ranges that only a run of the graph knows.
 *
 * <p>The framework's {@code sizeAt} and {@code range} compute the same. But SameDiff's own gradient
 * function clones every operation and logs {@code No fields found for property name} for each of
 * these two. The operations used here are cloned in silence.
 */
public final class GraphShapes {
  private GraphShapes() {}

  /**
   * The size of an axis.
   *
   * @param x any variable
   * @param axis counted from the end if negative
   * @return INT64, a scalar
   */
  public static SDVariable size(SDVariable x, int axis) {
    return x.getSameDiff().shape(x).get(SDIndex.point(axis));
  }

  /**
   * The size of an axis, as one operation and not two: for graphs that a {@link GraphProgram} alone
   * runs. It clones nothing.
   *
   * @param x any variable
   * @param axis counted from the end if negative
   * @return INT64, a scalar
   */
  public static SDVariable sizeInProgram(SDVariable x, int axis) {
    return x.getSameDiff().sizeAt(x, axis);
  }

  /**
   * The whole numbers 0 .. n-1 as DOUBLE, in which they are exact.
   *
   * @param n a whole number, a scalar, at least 1
   * @return DOUBLE, shape [n]
   */
  public static SDVariable doubleRange(SDVariable n) {
    SameDiff sd = n.getSameDiff();
    SDVariable last = n.castTo(DataType.DOUBLE).sub(1.0);
    return sd.linspace(sd.constant(0.0), last, n, DataType.DOUBLE);
  }

  /**
   * The whole numbers 0 .. n-1.
   *
   * @param n a whole number, a scalar, at least 1
   * @return INT64, shape [n]
   */
  public static SDVariable range(SDVariable n) {
    return doubleRange(n).castTo(DataType.INT64);
  }
}
