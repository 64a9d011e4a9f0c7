package org.attention4j.monitor.metrics;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/**
 * The metrics that come with the monitor, in groups that are computed together. A value is a mean
 * over the sampled queries of a head, unless its description says otherwise. A row for which the
 * metric is not defined is left out of the mean; without any other row the metric is absent.
 */
public enum MetricGroup {
  /**
   * How the weights spread over the n visible keys. {@code entropy}: −Σ p log p in nats, of the
   * weights divided by their sum; {@code normalizedEntropy}: entropy / log n, for rows of two keys
   * or more; {@code effectiveTokens}: e^entropy; {@code support}: weights that are not exactly
   * zero; {@code rowMass}: Σ p; {@code largestWeight}: max p; {@code largestOverUniform}: n max p,
   * near one where attention has vanished; {@code topCount}: N; {@code topMass}: the mass of the N
   * largest weights; {@code sinkMass}: the weight of the first key of the sequence, where visible;
   * {@code sinkRate}: one if sinkMass is above 0.3, else zero, so that its mean over heads is the
   * rate; {@code visibleKeys}: n.
   */
  SPREAD(Tier.CHEAP),
  /**
   * Where the weights are. {@code topKeyMass}: the largest mean weight of one key over the sampled
   * queries; {@code topKeyPosition}: its position; where queries and keys are the same sequence
   * {@code attentionDistance}: Σ p |i − j| / Σ p, {@code diagonalMass}: the weight of the query's
   * own position, {@code previousMass}: that of the position before.
   */
  POSITION(Tier.CHEAP),
  /**
   * Whether heads are alike. {@code headCorrelation}: the largest correlation of the head's weights
   * with those of another head of the layer.
   */
  REDUNDANCY(Tier.CHEAP),
  /**
   * What goes into the normalizer. {@code maxLogit}: max |z| over all rows of the batch, exact;
   * {@code maxDotProduct}: the same without linear biases; {@code logSumExp}: log Σ e^z; {@code
   * temperature}: T where the normalizer is softmax(z / T); {@code normalizer.<name>}: a learned
   * quantity of the normalizer, such as {@code normalizer.alpha}.
   */
  LOGITS(Tier.CHEAP),
  /**
   * Gradients and updates. {@code scoresGradientNorm}: ‖dL/dz‖ of a row; {@code
   * gradientNorm.<name>}: of the head's share of a layer's parameter; {@code updateRatio.<name>}:
   * ‖update‖ / ‖parameter‖ of that share.
   */
  GRADIENTS(Tier.CHEAP),
  /**
   * Numbers that are NaN or infinite. {@code nanCount} and {@code infiniteCount}: among the scores,
   * weights and gradients of all rows and in the head's shares of parameters, gradients and
   * updates; {@code nonFinite}: their sum.
   */
  NON_FINITE(Tier.CHEAP),
  /**
   * Whether the N chosen tokens can be told from the rest, for rows of more than N keys. {@code
   * distance}: d̃; {@code distanceBound}: its bound by Theorem 1, for rows that sum to one; {@code
   * separableShare}: N_s/N, of vectors scaled to length one; {@code separationRadius}: its r.
   */
  GEOMETRY(Tier.FULL),
  /**
   * Sizes and contributions of vectors. {@code queryRms}, {@code keyRms}, {@code valueRms}, {@code
   * headOutputRms}: ‖x‖/√d; for rows of more than N keys {@code selectionRecall}: which share of
   * the N keys with the largest weight × ‖value‖ has the N largest weights, and {@code
   * selectedContribution}: the share of Σ p ‖v‖ of these weights. With it, aggregates of layers
   * have {@code blockOutputRms} and {@code rankResidual}.
   */
  VECTORS(Tier.FULL),
  /**
   * How steep the normalizer is. {@code jacobianSpectral}: ‖dp/dz‖₂, for normalizers other than
   * softmax of the row with most keys; {@code jacobianFrobenius}: ‖dp/dz‖_F of the same rows;
   * {@code jacobianBound}: 1/(2T), the tight bound of jacobianSpectral for softmax; {@code
   * jacobianEntryBound}: 1/(4T), the paper's line, which bounds single entries.
   */
  JACOBIAN(Tier.FULL);

  private final Tier tier;

  MetricGroup(Tier tier) {
    this.tier = tier;
  }

  /**
   * What the group costs.
   *
   * @return the tier to which it belongs
   */
  public Tier tier() {
    return tier;
  }

  /**
   * The groups that a monitor may compute.
   *
   * @param tier what a metric may cost
   * @return all groups of this tier and of cheaper ones
   */
  public static Set<MetricGroup> of(Tier tier) {
    Set<MetricGroup> groups = EnumSet.noneOf(MetricGroup.class);
    for (MetricGroup group : values()) {
      if (group.tier.compareTo(tier) <= 0) {
        groups.add(group);
      }
    }
    return groups;
  }

  /**
   * Makes the group's metrics, as one metric with several values.
   *
   * @param topCount from the number n of visible keys of a row to N, how many of them count as
   *     chosen; at least 1
   * @return the metric
   */
  public Metric metric(IntUnaryOperator topCount) {
    return switch (this) {
      case SPREAD -> new SpreadMetrics(topCount);
      case POSITION -> new PositionMetrics();
      case REDUNDANCY -> new RedundancyMetrics();
      case LOGITS -> new LogitMetrics();
      case GRADIENTS -> new GradientMetrics();
      case NON_FINITE -> new NonFiniteMetric();
      case GEOMETRY -> new GeometryMetrics(topCount);
      case VECTORS -> new VectorMetrics(topCount);
      case JACOBIAN -> new JacobianMetrics();
    };
  }
}
