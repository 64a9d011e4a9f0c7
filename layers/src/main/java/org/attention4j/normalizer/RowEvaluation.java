package org.attention4j.normalizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.attention4j.internal.attention.HeadContext;
import org.attention4j.internal.graph.Gradients;
import org.attention4j.internal.graph.GraphProgram;
import org.attention4j.kernel.DoubleRow;
import org.attention4j.kernel.FloatRow;
import org.attention4j.kernel.Row;
import org.attention4j.kernel.RowKernel;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.memory.NoOpMemoryMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One row through a normalizer and back: for trying one out, and for testing it.
 *
 * @param weights the weights p, zero at masked keys
 * @param gradient dL/dz for the given g = dL/dp, zero at masked keys
 * @param parameterGradients dL/dparameter by name, for a layer of one head
 */
public record RowEvaluation(
    List<Double> weights, List<Double> gradient, Map<String, Double> parameterGradients) {
  private static final String SCORES = "scores";
  private static final String VISIBLE = "visible";
  private static final String GRADIENT = "weightsGradient";

  /**
   * Runs a normalizer on one row as a graph, with its parameters at their initial values.
   *
   * @param normalizer the normalizer
   * @param scores z; NaN for a masked key
   * @param weightsGradient g = dL/dp, as long as the scores
   * @param type FLOAT, DOUBLE or HALF
   * @return the weights and the gradients
   * @throws IllegalArgumentException if the row is empty or the lengths differ
   */
  public static RowEvaluation of(
      Normalizer normalizer, double[] scores, double[] weightsGradient, DataType type) {
    checkLengths(scores, weightsGradient);
    SameDiff sd = SameDiff.create();
    long length = scores.length;
    SDVariable z = sd.placeHolder(SCORES, type, 1, 1, 1, length);
    SDVariable visible = sd.placeHolder(VISIBLE, type, 1, 1, 1, length);
    SDVariable g = sd.placeHolder(GRADIENT, type, 1, 1, 1, length);
    Map<String, SDVariable> parameters = new LinkedHashMap<>();
    Map<String, INDArray> inputs = new HashMap<>();
    for (NormalizerParameter parameter : normalizer.parameters(1)) {
      parameters.put(parameter.name(), sd.placeHolder(parameter.name(), type, 1));
      inputs.put(
          parameter.name(), Nd4j.valueArrayOf(new long[] {1}, parameter.initialValue(), type));
    }
    SDVariable weights = MaskedScores.normalize(normalizer, z, visible, 1, parameters);
    List<SDVariable> variables = new ArrayList<>(List.of(z));
    variables.addAll(parameters.values());
    List<SDVariable> outputs = new ArrayList<>(List.of(weights));
    outputs.addAll(Gradients.of(weights, g, variables));

    double[] finite = new double[scores.length];
    double[] mask = new double[scores.length];
    for (int i = 0; i < scores.length; i++) {
      mask[i] = Double.isNaN(scores[i]) ? 0 : 1;
      finite[i] = Double.isNaN(scores[i]) ? 0 : scores[i];
    }
    inputs.put(SCORES, row(finite, type));
    inputs.put(VISIBLE, row(mask, type));
    inputs.put(GRADIENT, row(weightsGradient, type));
    List<INDArray> values = new GraphProgram(outputs).run(inputs, new NoOpMemoryMgr());
    Map<String, Double> parameterGradients = new LinkedHashMap<>();
    int next = 2;
    for (String name : parameters.keySet()) {
      parameterGradients.put(name, values.get(next++).getDouble(0));
    }
    return new RowEvaluation(
        list(values.get(0)), list(values.get(1)), Collections.unmodifiableMap(parameterGradients));
  }

  /**
   * Runs a normalizer's row kernel on one row, with its parameters at their initial values.
   *
   * @param normalizer the normalizer
   * @param scores z; NaN for a masked key
   * @param weightsGradient g = dL/dp, as long as the scores
   * @param type FLOAT or DOUBLE
   * @return the weights and the gradients
   * @throws IllegalArgumentException if the row is empty, the lengths differ, the normalizer has no
   *     row kernel, or kernels do not run in this type
   */
  public static RowEvaluation ofKernel(
      Normalizer normalizer, double[] scores, double[] weightsGradient, DataType type) {
    checkLengths(scores, weightsGradient);
    RowKernel kernel =
        normalizer
            .kernel()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "The normalizer %s has no row kernel.".formatted(normalizer)));
    List<NormalizerParameter> parameters = normalizer.parameters(1);
    HeadContext context = new HeadContext(parameters.size(), kernel.savedValues());
    for (int i = 0; i < parameters.size(); i++) {
      context.setParameter(i, parameters.get(i).initialValue());
    }
    int[] visible =
        IntStream.range(0, scores.length).filter(i -> !Double.isNaN(scores[i])).toArray();
    Row weights = kernelRow(scores, visible, type);
    Row gradient = kernelRow(weightsGradient, visible, type);
    if (visible.length > 0) {
      kernel.forward(weights, context.row(visible.length));
      kernel.backward(kernelRow(scores, visible, type), weights, gradient, context);
    }
    Map<String, Double> parameterGradients = new LinkedHashMap<>();
    for (int i = 0; i < parameters.size(); i++) {
      parameterGradients.put(parameters.get(i).name(), context.gradient(i));
    }
    return new RowEvaluation(
        list(weights, visible, scores.length),
        list(gradient, visible, scores.length),
        Collections.unmodifiableMap(parameterGradients));
  }

  private static void checkLengths(double[] scores, double[] weightsGradient) {
    if (scores.length == 0 || scores.length != weightsGradient.length) {
      throw new IllegalArgumentException(
          "A row has at least one score and as many gradients; got %d scores and %d gradients."
              .formatted(scores.length, weightsGradient.length));
    }
  }

  /** The values at the visible keys. */
  private static Row kernelRow(double[] values, int[] visible, DataType type) {
    int length = visible.length;
    Row row =
        switch (type) {
          case FLOAT -> new FloatRow().over(new float[length], 0, length);
          case DOUBLE -> new DoubleRow().over(new double[length], 0, length);
          default ->
              throw new IllegalArgumentException(
                  "Row kernels run in FLOAT or DOUBLE, not in %s.".formatted(type));
        };
    for (int i = 0; i < length; i++) {
      row.set(i, values[visible[i]]);
    }
    return row;
  }

  /** The entries of a row at their indices among all keys, zero at the others. */
  private static List<Double> list(Row row, int[] visible, int keys) {
    Double[] values = new Double[keys];
    Arrays.fill(values, 0.0);
    for (int i = 0; i < visible.length; i++) {
      values[visible[i]] = row.get(i);
    }
    return List.of(values);
  }

  private static INDArray row(double[] values, DataType type) {
    return Nd4j.createFromArray(values).reshape(1, 1, 1, values.length).castTo(type);
  }

  private static List<Double> list(INDArray array) {
    double[] values = array.castTo(DataType.DOUBLE).reshape(array.length()).toDoubleVector();
    return Arrays.stream(values).boxed().toList();
  }
}
