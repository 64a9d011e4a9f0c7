package org.attention4j.contract;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.attention4j.internal.graph.Gradients;
import org.attention4j.internal.graph.GraphProgram;
import org.attention4j.normalizer.MaskedScores;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerParameter;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.memory.NoOpMemoryMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A normalizer on the graph path, compiled once, for batches of any shape. */
public final class NormalizerGraph {
  private final DataType type;
  private final boolean masked;
  private final Map<String, double[]> initial = new LinkedHashMap<>();
  private final List<SDVariable> outputs = new ArrayList<>();
  private final GraphProgram program;

  /**
   * What one run gives: values in row order, parameter gradients by name with one value a head.
   *
   * @param weights p
   * @param gradient dL/dz
   * @param parameterGradients dL/dparameter
   */
  public record Result(
      double[] weights, double[] gradient, Map<String, double[]> parameterGradients) {}

  /**
   * Compiles forward and backward pass.
   *
   * @param normalizer the map
   * @param heads h
   * @param masked whether rows have masked keys
   * @param type FLOAT, DOUBLE or HALF
   */
  public NormalizerGraph(Normalizer normalizer, int heads, boolean masked, DataType type) {
    this.type = type;
    this.masked = masked;
    SameDiff sd = SameDiff.create();
    SDVariable scores = sd.placeHolder("scores", type, -1, heads, -1, -1);
    SDVariable visible = masked ? sd.placeHolder("visible", type, -1, -1, -1, -1) : null;
    SDVariable gradient = sd.placeHolder("weightsGradient", type, -1, heads, -1, -1);
    Map<String, SDVariable> parameters = new LinkedHashMap<>();
    for (NormalizerParameter parameter : normalizer.parameters(heads)) {
      parameters.put(parameter.name(), sd.placeHolder(parameter.name(), type, heads));
      double[] values = new double[heads];
      Arrays.fill(values, parameter.initialValue());
      initial.put(parameter.name(), values);
    }
    SDVariable weights = MaskedScores.normalize(normalizer, scores, visible, heads, parameters);
    List<SDVariable> variables = new ArrayList<>(List.of(scores));
    variables.addAll(parameters.values());
    outputs.add(weights);
    outputs.addAll(Gradients.of(weights, gradient, variables));
    program = new GraphProgram(outputs);
  }

  /**
   * Runs with the parameters' initial values.
   *
   * @param batch the rows
   * @return weights and gradients
   */
  public Result run(RowBatch batch) {
    return run(batch, initial);
  }

  /**
   * Runs with other parameters.
   *
   * @param batch the rows
   * @param parameters by name, one value for each head
   * @return weights and gradients
   */
  public Result run(RowBatch batch, Map<String, double[]> parameters) {
    return run(batch, parameters, batch.array(batch.visible(), type));
  }

  /**
   * Runs with a mask of any shape that broadcasts, in place of the batch's own.
   *
   * @param batch the rows
   * @param parameters by name, one value for each head
   * @param visible one where a key is visible and zero where it is masked
   * @return weights and gradients
   */
  public Result run(RowBatch batch, Map<String, double[]> parameters, INDArray visible) {
    return run(inputs(batch, parameters, visible));
  }

  /** The arrays that a run is fed with, by name. */
  Map<String, INDArray> inputs(RowBatch batch, Map<String, double[]> parameters, INDArray visible) {
    Map<String, INDArray> inputs = new HashMap<>();
    inputs.put("scores", batch.array(batch.scores(), type));
    inputs.put("weightsGradient", batch.array(batch.weightsGradient(), type));
    if (masked) {
      inputs.put("visible", visible);
    }
    for (String name : initial.keySet()) {
      double[] values = Objects.requireNonNull(parameters.get(name), name);
      inputs.put(name, Nd4j.createFromArray(values).castTo(type));
    }
    return inputs;
  }

  /** Runs on arrays of the caller's. */
  Result run(Map<String, INDArray> inputs) {
    return result(program.run(inputs, new NoOpMemoryMgr()));
  }

  private Result result(List<INDArray> values) {
    Map<String, double[]> gradients = new LinkedHashMap<>();
    int next = 2;
    for (String name : initial.keySet()) {
      gradients.put(name, doubles(values.get(next++)));
    }
    return new Result(doubles(values.get(0)), doubles(values.get(1)), gradients);
  }

  private static double[] doubles(INDArray array) {
    return array.castTo(DataType.DOUBLE).dup('c').reshape(array.length()).toDoubleVector();
  }
}
