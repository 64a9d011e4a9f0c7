package org.attention4j.internal.graph;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/**
 * An operation on Java arrays with one output, whose type does not depend on the inputs. A subclass
 * also overrides {@code opName}, which ND4J asks for before it has kept the name.
 */
abstract class SingleOutputOperation extends DynamicCustomOp implements JavaOperation {
  private final DataType type;

  /**
   * Makes the operation.
   *
   * @param name of this kind of operation alone
   * @param type of the output
   * @param sd the graph
   * @param inputs its variables
   */
  SingleOutputOperation(String name, DataType type, SameDiff sd, SDVariable... inputs) {
    super(name, sd, inputs);
    this.type = type;
  }

  @Override
  public final int getNumOutputs() {
    return 1;
  }

  @Override
  public final List<DataType> calculateOutputDataTypes(List<DataType> inputTypes) {
    return List.of(type);
  }

  /** The type of the output. */
  final DataType type() {
    return type;
  }
}
