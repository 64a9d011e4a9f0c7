package org.attention4j.internal.graph;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/** In which type attention is computed: HALF is for storage only. */
public final class Precision {
  private Precision() {}

  /**
   * The type to compute in.
   *
   * @param type HALF, FLOAT or DOUBLE
   * @return DOUBLE for DOUBLE, FLOAT otherwise
   */
  public static DataType atLeastFloat(DataType type) {
    return type == DataType.DOUBLE ? type : DataType.FLOAT;
  }

  /**
   * A variable in another type.
   *
   * @param x the variable
   * @param type the type
   * @return the variable itself if it has that type
   */
  public static SDVariable cast(SDVariable x, DataType type) {
    return x.dataType() == type ? x : x.castTo(type);
  }
}
