package org.attention4j.normalizer;

import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/**
 * Floating point numbers seen as the integers that share their bits. No gradient flows through an
 * integer, and the order of the integers is the order of the numbers.
 */
final class Bitcast {
  private Bitcast() {}

  /**
   * Cuts the gradient: the same value, but a constant to the differentiation.
   *
   * <p>The framework's own StopGradient multiplies by zero and still differentiates all that lies
   * upstream, which fails on operations that have no gradient.
   *
   * @param x a FLOAT or DOUBLE variable
   * @return the same values, without their history
   */
  static SDVariable detach(SDVariable x) {
    return reinterpret(reinterpret(x, integersOf(x)), x.dataType());
  }

  /**
   * Maps numbers to integers of the same order; both zeros become 0.
   *
   * @param x a FLOAT or DOUBLE variable without NaN
   * @return INT or LONG values, {@code x < y} if and only if their integers are
   */
  static SDVariable ordered(SDVariable x) {
    DataType integers = integersOf(x);
    SDVariable magnitude = reinterpret(x.getSameDiff().math.abs(x), integers);
    SDVariable sign = x.lt(0.0).castTo(integers).mul(-2.0).add(1.0);
    return magnitude.mul(sign);
  }

  private static DataType integersOf(SDVariable x) {
    return x.dataType() == DataType.DOUBLE ? DataType.INT64 : DataType.INT32;
  }

  private static SDVariable reinterpret(SDVariable x, DataType type) {
    return new Reinterpret(x.getSameDiff(), x, type).outputVariable();
  }

  /** The native bitcast, whose stock wrapper cannot be built in a graph. */
  private static final class Reinterpret extends DynamicCustomOp {
    Reinterpret(SameDiff sd, SDVariable x, DataType type) {
      super(null, sd, new SDVariable[] {x});
      addIArgument(type.toInt());
    }

    @Override
    public String opName() {
      return "bitcast";
    }

    /**
     * The argument says all; a property would be logged as unknown wherever the graph is cloned.
     */
    @Override
    public Map<String, Object> propertiesForFunction() {
      return Map.of();
    }

    @Override
    public List<DataType> calculateOutputDataTypes(List<DataType> inputTypes) {
      return List.of(DataType.fromInt(getIArgument(0).intValue()));
    }
  }
}
