package org.attention4j.internal.graph;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** Sizes and ranges that only a run of the graph knows. */
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
    return x.getSameDiff().sizeAt(x, axis);
  }

  /**
   * The whole numbers 0 .. n-1.
   *
   * @param n INT64, a scalar, at least 1
   * @return INT64, shape [n]
   */
  public static SDVariable range(SDVariable n) {
    SameDiff sd = n.getSameDiff();
    return sd.range(sd.constant(0L), n, sd.constant(1L), DataType.INT64);
  }
}
