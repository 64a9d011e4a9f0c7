package org.attention4j.normalizer;

import static org.attention4j.normalizer.NormalizerContext.KEYS;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * The weights p of entmax but for the rounding of their sum, and the slopes {@code p^(2 - alpha)}
 * on the support: in DOUBLE, each range of alpha by what is well-conditioned there, as the row
 * kernel does it. Scores here have the row's maximum taken off and are without gradient.
 *
 * @param weights p
 * @param slopes {@code p^(2 - alpha)} where p is positive, zero elsewhere
 */
record EntmaxPowers(SDVariable weights, SDVariable slopes) {
  /** Newton steps on a function that is all but linear. */
  private static final int STEPS_NEAR_ONE = 8;

  /** Halvings of [0, 1] until nothing below the last digit of a double is left. */
  private static final int HALVINGS = 60;

  /** Keeps sums and products of slopes within a double; they are steep where a weight vanishes. */
  private static final double STEEPEST = 1e140;

  /** By Newton's method for tau, for alpha up to 2; scores times alpha - 1. */
  static EntmaxPowers of(SameDiff sd, SDVariable shifted, EntmaxCurve curve) {
    SDVariable distance = sd.nn.relu(shifted.sub(curve.newton(sd, shifted)), 0);
    return new EntmaxPowers(curve.power().apply(distance), curve.slope().apply(distance));
  }

  /**
   * {@code p = exp(log1p((alpha - 1) (z - u)) / (alpha - 1))} with u by Newton's method on the
   * logarithm of the sum. Towards alpha = 1 it is softmax and u = log sum(e^z).
   */
  static EntmaxPowers nearOne(SameDiff sd, SDVariable shifted, double excess) {
    SDVariable u = shifted.max(true, KEYS).mul(0.0);
    for (int step = 0; step < STEPS_NEAR_ONE; step++) {
      EntmaxPowers powers = nearOne(sd, shifted, u, excess);
      SDVariable sum = powers.weights.sum(true, KEYS);
      u = u.add(sd.math.log(sum).mul(sum).div(powers.slopes.sum(true, KEYS)));
    }
    return nearOne(sd, shifted, u, excess);
  }

  private static EntmaxPowers nearOne(
      SameDiff sd, SDVariable shifted, SDVariable u, double excess) {
    SDVariable change = shifted.sub(u).mul(excess);
    SDVariable support = change.gt(-1.0).castTo(change.dataType());
    SDVariable safe = MaskProduct.of(change, support);
    SDVariable base = safe.add(1.0);
    // The native log1p loses the digits of a small change: log(w) c / (w - 1), w = 1 + c rounded.
    SDVariable rounded = base.sub(1.0);
    SDVariable lost = rounded.eq(0.0).castTo(change.dataType());
    SDVariable ratio = sd.math.log(base).div(rounded.add(lost)).add(lost);
    SDVariable weights = sd.math.exp(ratio.mul(safe).div(excess)).mul(support);
    return new EntmaxPowers(weights, weights.div(base));
  }

  /**
   * For alpha above 2: the smallest weight w by halving, {@code sum (w^(alpha - 1) + z - zk)^(1 /
   * (alpha - 1)) = 1} with zk its score; scores times alpha - 1. The root of a small distance from
   * tau would magnify the rounding of tau.
   */
  static EntmaxPowers bySmallestWeight(
      SameDiff sd, SDVariable shifted, EntmaxCurve curve, double excess) {
    SDVariable smallest = smallest(sd, shifted, curve);
    SDVariable support = shifted.gte(smallest).castTo(shifted.dataType());
    SDVariable above = MaskProduct.of(shifted.sub(smallest), support);
    SDVariable least = smallest.mul(0.0);
    double width = 1;
    for (int step = 0; step < HALVINGS; step++) {
      width /= 2;
      SDVariable powers = raised(sd, above, support, least.add(width), curve, excess);
      least = least.add(powers.sum(true, KEYS).lt(1.0).castTo(shifted.dataType()).mul(width));
    }
    SDVariable weights = raised(sd, above, support, least.add(width), curve, excess);
    SDVariable slopes = sd.math.clipByValue(Entmax.power(sd, weights, 1 - excess), 0, STEEPEST);
    return new EntmaxPowers(weights, slopes);
  }

  private static SDVariable raised(
      SameDiff sd,
      SDVariable above,
      SDVariable support,
      SDVariable weight,
      EntmaxCurve curve,
      double excess) {
    SDVariable distance = above.add(sd.math.pow(weight, excess));
    return MaskProduct.of(curve.power().apply(distance), support);
  }

  /**
   * The smallest score in the support: one that leaves a rest to those above it. The search for tau
   * may take in a score that lies a rounding error below the support, then it is the next one.
   */
  private static SDVariable smallest(SameDiff sd, SDVariable shifted, EntmaxCurve curve) {
    SDVariable tau = curve.bisection(sd, shifted);
    SDVariable first = smallestAbove(shifted, tau);
    SDVariable sum = curve.power().apply(sd.nn.relu(shifted.sub(first), 0)).sum(true, KEYS);
    SDVariable outside = sum.gte(1.0).castTo(shifted.dataType());
    SDVariable second = smallestAbove(shifted, first);
    return first.add(second.sub(first).mul(outside));
  }

  /** The smallest score above a threshold of at most zero; zero, the largest score, if none is. */
  private static SDVariable smallestAbove(SDVariable shifted, SDVariable threshold) {
    SDVariable above = shifted.gt(threshold).castTo(shifted.dataType());
    return MaskProduct.of(shifted, above).min(true, KEYS);
  }
}
