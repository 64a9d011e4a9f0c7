package org.attention4j.normalizer;

import static org.attention4j.normalizer.NormalizerContext.KEYS;

import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

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

  Entmax {
    NormalizerOptions.require(TYPE, "alpha", alpha, alpha > 1, "above 1 and finite");
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    SDVariable constantScores = Bits.detach(scores);
    SDVariable shifted = constantScores.sub(constantScores.max(true, KEYS)).mul(alpha - 1);
    EntmaxCurve curve = curve(sd);
    SDVariable tau = alpha <= 2 ? curve.newton(sd, shifted) : curve.bisection(sd, shifted);
    SDVariable distance = sd.nn.relu(shifted.sub(tau), 0);
    SDVariable power = curve.power().apply(distance);
    SDVariable weights = power.div(power.sum(true, KEYS));
    return weights.add(change(scores, constantScores, curve.slope().apply(distance)));
  }

  /** The Jacobian times {@code z - z}: zero in value, the gradient of entmax in gradient. */
  static SDVariable change(SDVariable scores, SDVariable constantScores, SDVariable slope) {
    SDVariable change = scores.sub(constantScores);
    SDVariable meanChange = slope.mul(change).sum(true, KEYS).div(slope.sum(true, KEYS));
    return slope.mul(change.sub(meanChange));
  }

  private EntmaxCurve curve(SameDiff sd) {
    double q = 1 / (alpha - 1);
    return new EntmaxCurve(
        distance -> power(sd, distance, q),
        distance -> power(sd, distance, q - 1),
        sum -> q == 1 ? sd.onesLike(sum) : sd.math.pow(sum, (q - 1) / q));
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
