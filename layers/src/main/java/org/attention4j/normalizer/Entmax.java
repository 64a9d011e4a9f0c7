package org.attention4j.normalizer;

import static org.attention4j.normalizer.NormalizerContext.KEYS;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
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
 * Jacobian times {@code z - z}: exact, and it costs nothing of the search for tau.
 *
 * @param alpha above 1; towards 1 the map becomes softmax, 2 is sparsemax, larger is sparser
 * @see <a href="https://arxiv.org/abs/1905.05702">Peters et al. 2019</a>
 */
record Entmax(double alpha) implements Normalizer {
  static final String TYPE = "entmax";
  static final double DEFAULT_ALPHA = 1.5;

  /**
   * Newton steps until tau stands still in DOUBLE: at most 9 over rows of 1 to 5,000 scores, tied,
   * tiny, huge, random and geometric, for alpha from 1.05 to 2.
   */
  private static final int NEWTON_STEPS = 10;

  private static final int BISECTIONS_FLOAT = 30;
  private static final int BISECTIONS_DOUBLE = 60;

  Entmax {
    NormalizerOptions.require(TYPE, "alpha", alpha, alpha > 1, "above 1 and finite");
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    SDVariable constantScores = Bits.detach(scores);
    SDVariable shifted = constantScores.sub(constantScores.max(true, KEYS)).mul(alpha - 1);
    SDVariable tau = alpha <= 2 ? newton(sd, shifted) : bisection(sd, shifted);
    SDVariable distance = sd.nn.relu(shifted.sub(tau), 0);
    SDVariable power = power(sd, distance, q());
    SDVariable weights = power.div(power.sum(true, KEYS));
    SDVariable slope = power(sd, distance, q() - 1);
    // Zero in value, one in gradient.
    SDVariable change = scores.sub(constantScores);
    SDVariable meanChange = slope.mul(change).sum(true, KEYS).div(slope.sum(true, KEYS));
    return weights.add(slope.mul(change.sub(meanChange)));
  }

  private double q() {
    return 1 / (alpha - 1);
  }

  /**
   * Newton's method on the q-norm of d, which is convex in tau for q of at least 1, so that the
   * steps from tau = -1 approach the root from the left. Of the row's maximum, already subtracted,
   * only the interval [-1, 0] is left for tau.
   */
  private SDVariable newton(SameDiff sd, SDVariable shifted) {
    SDVariable tau = sd.constant(-1.0).castTo(shifted.dataType());
    for (int step = 0; step < NEWTON_STEPS; step++) {
      SDVariable distance = sd.nn.relu(shifted.sub(tau), 0);
      SDVariable sum = power(sd, distance, q()).sum(true, KEYS);
      SDVariable slope = power(sd, distance, q() - 1).sum(true, KEYS);
      SDVariable target = q() == 1 ? sd.onesLike(sum) : sd.math.pow(sum, (q() - 1) / q());
      tau = tau.add(sum.sub(target).div(slope));
    }
    return tau;
  }

  /**
   * Halves the interval [-1, 0] for tau; for q below 1, where Newton's method need not converge.
   */
  private SDVariable bisection(SameDiff sd, SDVariable shifted) {
    DataType type = shifted.dataType();
    SDVariable tau = shifted.max(true, KEYS).mul(0.0).sub(1.0);
    int steps = type == DataType.DOUBLE ? BISECTIONS_DOUBLE : BISECTIONS_FLOAT;
    double width = 1;
    for (int step = 0; step < steps; step++) {
      width /= 2;
      SDVariable distance = sd.nn.relu(shifted.sub(tau.add(width)), 0);
      SDVariable enough = power(sd, distance, q()).sum(true, KEYS).gte(1.0).castTo(type);
      tau = tau.add(enough.mul(width));
    }
    return tau;
  }

  /** {@code d^e} where d is positive and zero elsewhere, also for an exponent of zero or below. */
  private static SDVariable power(SameDiff sd, SDVariable distance, double exponent) {
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
