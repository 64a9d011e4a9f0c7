package org.attention4j.monitor;

import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;

/**
 * The metrics that come with the monitor. All are means over the sampled queries of a head unless
 * said otherwise.
 *
 * <table>
 *   <caption>CHEAP</caption>
 *   <tr><th>name</th><th>what</th></tr>
 *   <tr><td>entropy</td><td>−Σ p log p in nats, of the weights divided by their sum</td></tr>
 *   <tr><td>normalizedEntropy</td><td>entropy / log n, for rows of two keys or more</td></tr>
 *   <tr><td>effectiveTokens</td><td>e^entropy</td></tr>
 *   <tr><td>support</td><td>weights that are not exactly zero</td></tr>
 *   <tr><td>rowMass</td><td>Σ p</td></tr>
 *   <tr><td>largestWeight</td><td>max p</td></tr>
 *   <tr><td>largestOverUniform</td><td>n max p: 1 where attention has vanished</td></tr>
 *   <tr><td>topMass</td><td>the mass of the N largest weights</td></tr>
 *   <tr><td>sinkMass</td><td>the weight of the first key of the sequence, where visible</td></tr>
 *   <tr><td>sinkRate</td><td>1 if sinkMass is above 0.3, else 0; its mean over heads is the
 *       rate</td></tr>
 *   <tr><td>visibleKeys</td><td>n</td></tr>
 *   <tr><td>maxLogit</td><td>the largest score of all rows</td></tr>
 *   <tr><td>logSumExp</td><td>log Σ e^z</td></tr>
 *   <tr><td>scoresGradientNorm</td><td>‖dL/dz‖ of a row</td></tr>
 *   <tr><td>temperature</td><td>T where the map is softmax(z / T)</td></tr>
 *   <tr><td>normalizer.&lt;name&gt;</td><td>a learned parameter of the normalizer</td></tr>
 *   <tr><td>gradientNorm.&lt;name&gt;</td><td>the gradient of the head's share of a layer
 *       parameter</td></tr>
 *   <tr><td>updateRatio.&lt;name&gt;</td><td>‖update‖ / ‖parameter‖ of that share</td></tr>
 *   <tr><td>nonFinite</td><td>NaN and infinite scores, weights and gradients in all rows, and
 *       gradient norms</td></tr>
 * </table>
 *
 * <table>
 *   <caption>FULL</caption>
 *   <tr><th>name</th><th>what</th></tr>
 *   <tr><td>distance</td><td>d̃ of the N largest weights, for rows of more than N keys</td></tr>
 *   <tr><td>distanceBound</td><td>its bound by Theorem 1, for rows that sum to one</td></tr>
 *   <tr><td>separableShare</td><td>N_s/N, of vectors scaled to length one</td></tr>
 *   <tr><td>jacobianSpectral</td><td>‖dp/dz‖₂; for maps other than softmax of one row</td></tr>
 *   <tr><td>jacobianFrobenius</td><td>‖dp/dz‖_F, of the same rows</td></tr>
 *   <tr><td>jacobianBound</td><td>1/(2T), the tight bound of jacobianSpectral</td></tr>
 *   <tr><td>jacobianEntryBound</td><td>1/(4T), the paper's line, which bounds single
 *       entries</td></tr>
 * </table>
 */
final class Metrics {
  private Metrics() {}

  /**
   * The metrics of a tier.
   *
   * @param tier FULL includes the cheap ones
   * @param topCount from n to N
   */
  static List<Metric> of(Tier tier, IntUnaryOperator topCount) {
    List<Metric> cheap =
        List.of(
            new SpreadMetrics(topCount),
            new LogitMetrics(),
            new GradientMetrics(),
            new NonFiniteMetric());
    return tier == Tier.CHEAP
        ? cheap
        : Stream.concat(
                cheap.stream(), Stream.of(new GeometryMetrics(topCount), new JacobianMetrics()))
            .toList();
  }
}
