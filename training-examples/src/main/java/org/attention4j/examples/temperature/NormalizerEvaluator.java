package org.attention4j.examples.temperature;

import java.util.List;
import org.attention4j.internal.attention.HeadContext;
import org.attention4j.kernel.DoubleRow;
import org.attention4j.kernel.RowKernel;
import org.attention4j.normalizer.NormalizerParameter;
import org.attention4j.theory.SoftmaxJacobian;

/**
 * One normalizer at fixed parameters, on rows of plain numbers: its weights and how steep it is.
 */
final class NormalizerEvaluator {
  private final TemperatureScaledNormalizer scaled;
  private final RowKernel kernel;
  private final HeadContext context;
  private final double[] parameters;

  /**
   * Prepares a normalizer, with its parameters at their first values.
   *
   * @param scaled the normalizer; must have a row kernel
   */
  NormalizerEvaluator(TemperatureScaledNormalizer scaled) {
    this.scaled = scaled;
    kernel = scaled.base().kernel().orElseThrow();
    List<NormalizerParameter> declared = scaled.base().parameters(1);
    context = new HeadContext(declared.size(), kernel.savedValues());
    parameters = declared.stream().mapToDouble(NormalizerParameter::initialValue).toArray();
    for (int i = 0; i < parameters.length; i++) {
      context.setParameter(i, parameters[i]);
    }
  }

  /**
   * Computes weights.
   *
   * @param scores z [n], at least one
   * @param temperature T
   * @return map(z / T)
   */
  double[] weights(double[] scores, double temperature) {
    double[] row = new double[scores.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = scores[i] / temperature;
    }
    kernel.forward(new DoubleRow().over(row, 0, row.length), context.row(row.length));
    return row;
  }

  /**
   * The spectral norm of dp/dz. In the α-entmax family that Jacobian is {@code (diag s − s sᵀ / Σs)
   * / T} with {@code s = p^(2−α)} on the support: Σs times the one of softmax at the weights s /
   * Σs, whose norm is known exactly.
   *
   * @param weights p = map(z / T), as {@link #weights} gives them
   * @param temperature T
   * @return ‖dp/dz‖₂
   */
  double spectralNorm(double[] weights, double temperature) {
    double[] s = new double[weights.length];
    double sum = 0;
    for (int i = 0; i < s.length; i++) {
      s[i] = weights[i] > 0 ? Math.pow(weights[i], 2 - scaled.exponent()) : 0;
      sum += s[i];
    }
    for (int i = 0; i < s.length; i++) {
      s[i] /= sum;
    }
    return sum * SoftmaxJacobian.spectralNorm(s, temperature) * sharpness(weights.length);
  }

  /** By what the normalizer multiplies the scores itself: s log n for scalable softmax. */
  private double sharpness(int visible) {
    return parameters.length == 0 ? 1 : parameters[0] * Math.log(visible);
  }
}
