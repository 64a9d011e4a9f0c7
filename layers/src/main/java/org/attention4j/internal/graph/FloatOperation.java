package org.attention4j.internal.graph;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/**
 * An operation on Java arrays with one output, which is FLOAT whatever the inputs are. A subclass
 * also overrides {@code opName}, which ND4J asks for before it has kept the name.
 */
abstract class FloatOperation extends DynamicCustomOp implements JavaOperation {
  /**
   * Makes the operation.
   *
   * @param name of this kind of operation alone
   * @param sd the graph
   * @param inputs its variables
   */
  FloatOperation(String name, SameDiff sd, SDVariable... inputs) {
    super(name, sd, inputs);
  }

  @Override
  public final int getNumOutputs() {
    return 1;
  }

  @Override
  public final List<DataType> calculateOutputDataTypes(List<DataType> inputTypes) {
    return List.of(DataType.FLOAT);
  }
}
