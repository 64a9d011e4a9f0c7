package org.attention4j.internal.probes;

import java.util.List;
import java.util.Map;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerParameter;
import org.jspecify.annotations.Nullable;

/**
 * A normalizer and its gradient in DOUBLE, on rows that hold the visible keys of one query each.
 */
interface NormalizerEvaluator {
  /**
   * The result for some rows.
   *
   * @param weights p, [h][R][n]
   * @param scoresGradients dL/dz, [h][R][n]; null if no gradients were given
   */
  record Evaluation(double[][][] weights, double @Nullable [][][] scoresGradients) {}

  /**
   * Computes the weights and the gradients at the scores.
   *
   * @param scores z, finite, [h][R][n]; n is at least 1 and can differ between rows
   * @param weightsGradients dL/dp, [h][R][n]; null if not known
   * @param parameters the learned parameters by name, each [h]
   */
  Evaluation evaluate(
      double[][][] scores,
      double @Nullable [][][] weightsGradients,
      Map<String, double[]> parameters);

  /**
   * The Jacobian dp/dz at one row of each head, without rows and columns that are zero.
   *
   * @param scores z, finite, [h][n]
   * @param parameters the learned parameters by name, each [h]
   * @return [h][m][m], m at most n
   */
  double[][][] jacobians(double[][] scores, Map<String, double[]> parameters);

  /**
   * Uses the normalizer's row kernel if it has one, otherwise its graph. Must be called outside all
   * workspaces.
   */
  static NormalizerEvaluator of(Normalizer normalizer, int heads) {
    List<NormalizerParameter> parameters = normalizer.parameters(heads);
    return normalizer
        .kernel()
        .<NormalizerEvaluator>map(
            kernel ->
                new KernelEvaluator(
                    kernel, parameters.stream().map(NormalizerParameter::name).toList()))
        .orElseGet(() -> new GraphEvaluator(normalizer, heads));
  }
}
