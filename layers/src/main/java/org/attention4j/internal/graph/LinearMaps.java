package org.attention4j.internal.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.attention4j.internal.linear.FewStepsLinear;
import org.attention4j.internal.linear.FloatLinear;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/**
 * Linear maps of the features of one sequence as one operation of a graph that a {@link
 * GraphProgram} runs on the CPU kernels, in FLOAT.
 *
 * <p>Inputs: x [b, in, T], then those of {@link LinearMapArguments}. Outputs: y [b, out, T] for
 * each map.
 */
public final class LinearMaps extends DynamicCustomOp implements JavaOperation {
  private static final String NAME = "attention4j_linear_maps";

  private final LinearMapArguments maps;

  private final boolean fewSteps;

  private LinearMaps(SDVariable x, List<LinearMap> maps, boolean fewSteps) {
    super(NAME, x.getSameDiff(), LinearMapArguments.inputs(x, maps));
    this.maps = new LinearMapArguments(maps);
    this.fewSteps = fewSteps;
  }

  /**
   * Writes the operation into a graph.
   *
   * @param x shape [b, in, T], FLOAT
   * @param maps what to apply
   * @param fewSteps whether b T is so small that reading the weights is the work
   * @return y for each map, shape [b, out, T]
   */
  public static List<SDVariable> apply(SDVariable x, List<LinearMap> maps, boolean fewSteps) {
    return List.of(new LinearMaps(x, maps, fewSteps).outputVariables());
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public int getNumOutputs() {
    return maps.count();
  }

  @Override
  public List<DataType> calculateOutputDataTypes(List<DataType> inputTypes) {
    return Collections.nCopies(maps.count(), DataType.FLOAT);
  }

  @Override
  public Value[] run(Value[] inputs) {
    Value x = inputs[0];
    float[][] results =
        fewSteps
            ? new FewStepsLinear(x.size(0), x.size(1), x.size(2), x.floats(), maps.weights(inputs))
                .forward()
            : kernel(inputs).forward();
    Value[] values = new Value[results.length];
    for (int j = 0; j < results.length; j++) {
      values[j] = Value.of(results[j], x.size(0), maps.outputs(j), x.size(2));
    }
    return values;
  }

  FloatLinear kernel(Value[] inputs) {
    Value x = inputs[0];
    return new FloatLinear(x.size(0), x.size(1), x.size(2), x.floats(), maps.weights(inputs));
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    List<SDVariable> inputs = new ArrayList<>(Arrays.asList(args()));
    inputs.addAll(gradients);
    return List.of(new LinearMapsGradient(sameDiff, inputs, this).outputVariables());
  }

  LinearMapArguments maps() {
    return maps;
  }
}
