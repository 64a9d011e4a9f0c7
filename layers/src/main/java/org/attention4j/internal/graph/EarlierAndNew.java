package org.attention4j.internal.graph;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Appends new steps to those of a {@link StepBuffer}, as one operation of a graph that a {@link
 * GraphProgram} runs. Input: [.., t], FLOAT or DOUBLE. Output: [.., kept + t]. For inference alone:
 * it has no gradient.
 */
public final class EarlierAndNew extends SingleOutputOperation {
  private static final String NAME = "attention4j_earlier_and_new";

  private final StepBuffer buffer;

  private EarlierAndNew(SDVariable x, StepBuffer buffer) {
    super(NAME, x.dataType(), x.getSameDiff(), x);
    this.buffer = buffer;
  }

  /**
   * Writes the operation into a graph.
   *
   * @param x the new steps, shape [.., t]
   * @param buffer the earlier ones; it belongs to the graph
   * @return all steps, shape [.., kept + t]
   */
  public static SDVariable of(SDVariable x, StepBuffer buffer) {
    return new EarlierAndNew(x, buffer).outputVariables()[0];
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public Value[] run(Value[] inputs) {
    Value x = inputs[0];
    buffer.append(type() == DataType.DOUBLE ? x.doubles() : x.floats(), x.shape());
    return new Value[] {buffer.whole(x.size(-1))};
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    throw new UnsupportedOperationException("Steps that follow earlier ones are not trained.");
  }
}
