package org.attention4j.internal.probes;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.attention4j.internal.attention.HeadContext;
import org.attention4j.kernel.DoubleRow;
import org.attention4j.kernel.RowKernel;
import org.jspecify.annotations.Nullable;

/** Evaluates a normalizer with its row kernel. */
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
    Rows rows = new Rows();
    for (int head = 0; head < scores.length; head++) {
      HeadContext context = context(parameters, head);
      int count = scores[head].length;
      weights[head] = new double[count][];
      if (gradients != null) {
        gradients[head] = new double[count][];
      }
      for (int r = 0; r < count; r++) {
        double[] z = scores[head][r];
        double[] p = rows.forward(z, context);
        weights[head][r] = p;
        if (gradients != null) {
          double[] g = Objects.requireNonNull(weightsGradients)[head][r].clone();
          rows.backward(z, p, g, context);
          gradients[head][r] = g;
        }
      }
    }
    return new Evaluation(weights, gradients);
  }

  /** The rows that the kernel sees, one after the other; their scratch memory is used again. */
  private final class Rows {
    private final DoubleRow scores = new DoubleRow();
    private final DoubleRow weights = new DoubleRow();
    private final DoubleRow gradient = new DoubleRow();
    private double[] copy = {};

    double[] forward(double[] z, HeadContext context) {
      double[] p = z.clone();
      kernel.forward(weights.over(p, 0, p.length), context.row(p.length));
      return p;
    }

    /** Replaces dL/dp by dL/dz; a kernel may overwrite the scores. */
    void backward(double[] z, double[] p, double[] g, HeadContext context) {
      if (copy.length < z.length) {
        copy = new double[z.length];
      }
      System.arraycopy(z, 0, copy, 0, z.length);
      kernel.backward(
          scores.over(copy, 0, z.length),
          weights.over(p, 0, p.length),
          gradient.over(g, 0, g.length),
          context);
    }
  }

  /** The backward pass of each unit vector is a row of the matrix. */
  @Override
  public double[][][] jacobians(double[][] scores, Map<String, double[]> parameters) {
    double[][][] jacobians = new double[scores.length][][];
    Rows rows = new Rows();
    for (int head = 0; head < scores.length; head++) {
      HeadContext context = context(parameters, head);
      double[] weights = rows.forward(scores[head], context);
      int[] indices = nonZeroIndices(weights);
      double[] z = picked(scores[head], indices);
      double[] p = picked(weights, indices);
      jacobians[head] = new double[indices.length][indices.length];
      for (int i = 0; i < indices.length; i++) {
        double[] g = jacobians[head][i];
        g[i] = 1;
        rows.backward(z, p, g, context);
      }
    }
    return jacobians;
  }

  /** Where the Jacobian is not zero: on the support, if the kernel declares it. */
  private int[] nonZeroIndices(double[] weights) {
    boolean supportOnly = kernel.sparsity() == RowKernel.Sparsity.WEIGHTS_AND_GRADIENT;
    return IntStream.range(0, weights.length)
        .filter(i -> !supportOnly || weights[i] != 0)
        .toArray();
  }

  private static double[] picked(double[] values, int[] indices) {
    return IntStream.of(indices).mapToDouble(i -> values[i]).toArray();
  }

  private HeadContext context(Map<String, double[]> parameters, int head) {
    HeadContext context = new HeadContext(parameterNames.size(), kernel.savedValues());
    for (int i = 0; i < parameterNames.size(); i++) {
      context.setParameter(i, Objects.requireNonNull(parameters.get(parameterNames.get(i)))[head]);
    }
    return context;
  }
}
