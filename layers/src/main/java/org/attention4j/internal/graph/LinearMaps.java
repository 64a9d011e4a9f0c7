package org.attention4j.internal.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.attention4j.internal.linear.FloatLinear;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/**
 * Linear maps of the features of one sequence as one operation of a graph that a {@link
 * GraphProgram} runs on the CPU kernels, in FLOAT.
 *
 * <p>Inputs: x [b, in, T], then for each map its matrix and, if it has one, its bias. Outputs: y
 * [b, out, T] for each map.
 */
public final class LinearMaps extends DynamicCustomOp implements JavaOperation {
  private static final String NAME = "attention4j_linear_maps";

  private final List<Sizes> sizes;

  /**
   * One of the maps.
   *
   * @param weights the matrix, in memory [out, in], or [in, out] if transposed
   * @param outputs out
   * @param transposed how the matrix is stored
   * @param bias [out]; null for none
   */
  public record Linear(
      SDVariable weights, long outputs, boolean transposed, @Nullable SDVariable bias) {}

  private record Sizes(int outputs, boolean transposed, boolean biased) {}

  private LinearMaps(SameDiff sd, List<SDVariable> inputs, List<Sizes> sizes) {
    super(NAME, sd, inputs.toArray(new SDVariable[0]));
    this.sizes = sizes;
  }

  /**
   * Writes the operation into a graph.
   *
   * @param x shape [b, in, T], FLOAT
   * @param maps what to apply
   * @return y for each map, shape [b, out, T]
   */
  public static List<SDVariable> apply(SDVariable x, List<Linear> maps) {
    List<SDVariable> inputs = new ArrayList<>(List.of(x));
    List<Sizes> sizes = new ArrayList<>();
    for (Linear map : maps) {
      inputs.add(map.weights());
      if (map.bias() != null) {
        inputs.add(map.bias());
      }
      sizes.add(new Sizes(Math.toIntExact(map.outputs()), map.transposed(), map.bias() != null));
    }
    return List.of(new LinearMaps(x.getSameDiff(), inputs, sizes).outputVariables());
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public int getNumOutputs() {
    return sizes.size();
  }

  @Override
  public List<DataType> calculateOutputDataTypes(List<DataType> inputTypes) {
    return Collections.nCopies(sizes.size(), DataType.FLOAT);
  }

  @Override
  public Value[] run(Value[] inputs) {
    Value x = inputs[0];
    float[][] results = kernel(inputs).forward();
    Value[] values = new Value[results.length];
    for (int j = 0; j < results.length; j++) {
      values[j] = Value.of(results[j], x.size(0), sizes.get(j).outputs(), x.size(2));
    }
    return values;
  }

  FloatLinear kernel(Value[] inputs) {
    List<FloatLinear.Weights> weights = new ArrayList<>();
    int next = 1;
    for (Sizes map : sizes) {
      float[] matrix = inputs[next++].floats();
      float[] bias = map.biased() ? inputs[next++].floats() : null;
      weights.add(new FloatLinear.Weights(matrix, map.outputs(), map.transposed(), bias));
    }
    Value x = inputs[0];
    return new FloatLinear(x.size(0), x.size(1), x.size(2), x.floats(), weights);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    List<SDVariable> inputs = new ArrayList<>(Arrays.asList(args()));
    inputs.addAll(gradients);
    return List.of(new LinearMapsGradient(sameDiff, inputs, this).outputVariables());
  }

  int maps() {
    return sizes.size();
  }

  boolean biased(int map) {
    return sizes.get(map).biased();
  }
}
