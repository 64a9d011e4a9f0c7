package org.attention4j.monitor;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.attention4j.internal.attention.HeadContext;
import org.attention4j.kernel.DoubleRow;
import org.attention4j.kernel.RowKernel;
import org.jspecify.annotations.Nullable;

/** A normalizer by its row kernel. */
final class KernelEvaluator implements NormalizerEvaluator {
  private final RowKernel kernel;
  private final List<String> parameterNames;

  KernelEvaluator(RowKernel kernel, List<String> parameterNames) {
    this.kernel = kernel;
    this.parameterNames = parameterNames;
  }

  @Override
  public Evaluation evaluate(
      double[][][] scores,
      double @Nullable [][][] weightsGradients,
      Map<String, double[]> parameters) {
    double[][][] weights = new double[scores.length][][];
    double[][][] gradients = weightsGradients == null ? null : new double[scores.length][][];
    for (int head = 0; head < scores.length; head++) {
      HeadContext context = context(parameters, head);
      int rows = scores[head].length;
      weights[head] = new double[rows][];
      if (gradients != null) {
        gradients[head] = new double[rows][];
      }
      for (int r = 0; r < rows; r++) {
        double[] z = scores[head][r];
        double[] p = forward(z, context);
        weights[head][r] = p;
        if (gradients != null) {
          double[] g = Objects.requireNonNull(weightsGradients)[head][r].clone();
          kernel.backward(row(z.clone()), row(p), row(g), context);
          gradients[head][r] = g;
        }
      }
    }
    return new Evaluation(weights, gradients);
  }

  private double[] forward(double[] scores, HeadContext context) {
    double[] weights = scores.clone();
    kernel.forward(row(weights), context.row(weights.length));
    return weights;
  }

  /** The backward pass of each unit vector is a row of the matrix. */
  @Override
  public double[][][] jacobians(double[][] scores, Map<String, double[]> parameters) {
    double[][][] jacobians = new double[scores.length][][];
    for (int head = 0; head < scores.length; head++) {
      HeadContext context = context(parameters, head);
      double[] weights = forward(scores[head], context);
      int[] places = places(weights);
      double[] z = picked(scores[head], places);
      double[] p = picked(weights, places);
      jacobians[head] = new double[places.length][places.length];
      for (int i = 0; i < places.length; i++) {
        double[] g = jacobians[head][i];
        g[i] = 1;
        kernel.backward(row(z.clone()), row(p), row(g), context);
      }
    }
    return jacobians;
  }

  /** Where the Jacobian is not zero: on the support, for maps that promise so. */
  private int[] places(double[] weights) {
    boolean supportOnly = kernel.sparsity() == RowKernel.Sparsity.WEIGHTS_AND_GRADIENT;
    return IntStream.range(0, weights.length)
        .filter(i -> !supportOnly || weights[i] != 0)
        .toArray();
  }

  private static double[] picked(double[] values, int[] places) {
    return IntStream.of(places).mapToDouble(i -> values[i]).toArray();
  }

  private HeadContext context(Map<String, double[]> parameters, int head) {
    HeadContext context = new HeadContext(parameterNames.size(), kernel.savedValues());
    for (int i = 0; i < parameterNames.size(); i++) {
      context.setParameter(i, Objects.requireNonNull(parameters.get(parameterNames.get(i)))[head]);
    }
    return context;
  }

  private static DoubleRow row(double[] values) {
    return new DoubleRow().over(values, 0, values.length);
  }
}
