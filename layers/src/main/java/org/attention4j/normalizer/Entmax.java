package org.attention4j.normalizer;

import static org.attention4j.internal.graph.GraphShapes.doubleRange;
import static org.attention4j.internal.graph.GraphShapes.size;
import static org.attention4j.normalizer.NormalizerContext.KEYS;

import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Entmax: {@code p = max((alpha - 1) z - tau, 0)^(1 / (alpha - 1))} with tau such that each row
 * sums to one.
 *
 * <p>With {@code q = 1 / (alpha - 1)}, {@code d = max((alpha - 1) z - tau, 0)} and {@code s = p^(2
 * - alpha) = d^(q - 1)} on the support, the gradient is {@code dz = s g - s <s, g> / sum(s)}.
 *
 * <p>Tau is found without gradient, and the graph that is differentiated is the value p plus the
 * Jacobian times {@code z - z}: exact, and it costs nothing of the search for tau. All of it is
 * DOUBLE whatever the type of the scores: the power 1 / (alpha - 1) magnifies rounding, without
 * bound towards alpha = 1 and, where a weight is small, above 2.
 *
 * @param alpha above 1 and at most 32; towards 1 it becomes softmax, 2 is sparsemax, larger is
 *     sparser
 * @see <a href="https://arxiv.org/abs/1905.05702">Peters et al. 2019</a>
 */
record Entmax(double alpha) implements Normalizer {
  static final String TYPE = "entmax";
  static final double DEFAULT_ALPHA = 1.5;

  /** Below this alpha - 1 the power is taken by logarithms. */
  private static final double NEAR_ONE = 1e-3;

  Entmax {
    NormalizerOptions.requireAlpha(TYPE, alpha);
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    SDVariable wide = scores.castTo(DataType.DOUBLE);
    SDVariable constantScores = Bitcast.detach(wide);
    SDVariable shifted = constantScores.sub(constantScores.max(true, KEYS));
    EntmaxPowers powers =
        alpha - 1 < NEAR_ONE
            ? EntmaxPowers.nearOne(sd, shifted, alpha - 1)
            : alpha <= 2
                ? EntmaxPowers.of(sd, shifted.mul(alpha - 1), curve(sd))
                : EntmaxPowers.bySmallestWeight(sd, shifted.mul(alpha - 1), curve(sd), alpha - 1);
    SDVariable weights = powers.weights().div(powers.weights().sum(true, KEYS));
    SDVariable change =
        alpha <= 2
            ? change(wide, constantScores, powers.slopes())
            : steepChange(wide, constantScores, powers.slopes());
    return weights.add(change).castTo(scores.dataType());
  }

  /** The Jacobian times {@code z - z}: zero in value, the gradient of entmax in gradient. */
  static SDVariable change(SDVariable scores, SDVariable constantScores, SDVariable slope) {
    SDVariable change = scores.sub(constantScores);
    SDVariable meanChange = slope.mul(change).sum(true, KEYS).div(slope.sum(true, KEYS));
    return slope.mul(change.sub(meanChange));
  }

  /**
   * As {@link #change}, for slopes of very different sizes: all changes are taken relative to that
   * at the largest slope, so that its own large share of the mean cancels exactly.
   */
  private static SDVariable steepChange(
      SDVariable scores, SDVariable constantScores, SDVariable slope) {
    SDVariable here = firstLargest(slope);
    SDVariable change = scores.sub(constantScores);
    SDVariable origin = change.mul(here).sum(true, KEYS);
    SDVariable relative = change.sub(origin).mul(here.rsub(1.0));
    SDVariable mean = slope.div(slope.sum(true, KEYS)).mul(relative).sum(true, KEYS);
    return slope.mul(relative.sub(mean));
  }

  /**
   * One at the first largest entry of each row, zero elsewhere. The framework's argmax logs a line
   * wherever a graph is cloned.
   */
  private static SDVariable firstLargest(SDVariable rows) {
    SDVariable count = size(rows, KEYS);
    SDVariable keys = doubleRange(count).reshape(1, 1, 1, -1);
    SDVariable smaller = rows.lt(rows.max(true, KEYS)).castTo(DataType.DOUBLE);
    SDVariable first = smaller.mul(count.castTo(DataType.DOUBLE)).add(keys).min(true, KEYS);
    return keys.eq(first).castTo(DataType.DOUBLE);
  }

  private EntmaxCurve curve(SameDiff sd) {
    double q = 1 / (alpha - 1);
    return new EntmaxCurve(
        distance -> power(sd, distance, q),
        distance -> power(sd, distance, q - 1),
        sum -> sd.math.pow(sum, (q - 1) / q));
  }

  /** {@code d^e} where d is positive and zero elsewhere, also for an exponent of zero or below. */
  static SDVariable power(SameDiff sd, SDVariable distance, double exponent) {
    if (exponent == 1) {
      return distance;
    }
    if (exponent == 2) {
      return sd.math.square(distance);
    }
    if (exponent > 0) {
      return sd.math.pow(distance, exponent);
    }
    SDVariable support = distance.gt(0.0).castTo(distance.dataType());
    return exponent == 0
        ? support
        // One where d is zero, so that the power stays finite.
        : sd.math.pow(distance.add(support.rsub(1.0)), exponent).mul(support);
  }

  @Override
  public Optional<RowKernel> kernel() {
    return Optional.of(RowKernels.entmax(alpha));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> options() {
    return NormalizerOptions.of("alpha", alpha);
  }

  @Override
  public Set<Trait> traits() {
    return EnumSet.of(Trait.SUMS_TO_ONE, Trait.EXACT_ZEROS, Trait.SHIFT_INVARIANT);
  }
}
