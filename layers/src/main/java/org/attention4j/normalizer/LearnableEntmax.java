package org.attention4j.normalizer;

import static org.attention4j.normalizer.NormalizerContext.KEYS;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Entmax whose alpha each head learns between softmax and sparsemax: {@code alpha = 1.01 + 0.99
 * sigmoid(a)}, the trained parameter being a.
 *
 * <p>Above 2 the Jacobian of entmax has no bound, as the slope {@code p^(2 - alpha)} grows without
 * end where a weight vanishes; towards 1 the two terms of the derivative by alpha,
 *
 * <pre>{@code
 * dp/dalpha = (p - s~) / (alpha - 1)^2 - (p log p - s~ sum(p log p)) / (alpha - 1),
 * s~ = s / sum(s),  s = p^(2 - alpha)
 * }</pre>
 *
 * cancel, and at 1.01 four digits are lost of those that they are computed with. So neither end is
 * given to training.
 *
 * @param alpha the initial value in every head; above 1.01 and below 2
 * @see <a href="https://arxiv.org/abs/1909.00015">Correia et al. 2019</a>
 */
record LearnableEntmax(double alpha) implements Normalizer {
  static final String LOGIT = "alphaLogit";
  static final double LOWEST = 1.01;
  private static final double HIGHEST = 2;

  LearnableEntmax {
    NormalizerOptions.require(
        Entmax.TYPE,
        "alpha",
        alpha,
        alpha > LOWEST && alpha < HIGHEST,
        "above 1.01 and below 2 if learnable");
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    SDVariable share = sd.nn.sigmoid(context.parameter(LOGIT).castTo(DataType.DOUBLE));
    SDVariable alpha = share.mul(HIGHEST - LOWEST).add(LOWEST);
    return entmax(sd, scores.castTo(DataType.DOUBLE), alpha, true).castTo(scores.dataType());
  }

  /**
   * Entmax with an alpha that is a variable, and the gradient by it, in the type of the scores,
   * which had better be DOUBLE.
   *
   * @param scores masked scores, shape [b, h, Tq, Tk]
   * @param alpha above 1, broadcastable to [b, h, Tq, 1]
   * @param atMostTwo whether no alpha will be above 2, which allows the faster search for tau
   * @return the weights
   */
  static SDVariable entmax(SameDiff sd, SDVariable scores, SDVariable alpha, boolean atMostTwo) {
    SDVariable constantScores = Bitcast.detach(scores);
    SDVariable constantAlpha = Bitcast.detach(alpha);
    SDVariable excess = constantAlpha.sub(1.0);
    SDVariable shifted = constantScores.sub(constantScores.max(true, KEYS)).mul(excess);
    EntmaxCurve curve = curve(sd, excess);
    SDVariable tau = atMostTwo ? curve.newton(sd, shifted) : curve.bisection(sd, shifted);
    SDVariable distance = sd.nn.relu(shifted.sub(tau), 0);
    SDVariable power = curve.power().apply(distance);
    SDVariable weights = power.div(power.sum(true, KEYS));
    SDVariable slope = curve.slope().apply(distance);
    SDVariable byAlpha = derivativeByAlpha(sd, weights, slope, excess);
    return weights
        .add(Entmax.change(scores, constantScores, slope))
        .add(byAlpha.mul(alpha.sub(constantAlpha)));
  }

  private static EntmaxCurve curve(SameDiff sd, SDVariable excess) {
    SDVariable q = excess.rdiv(1.0);
    return new EntmaxCurve(
        distance -> power(sd, distance, q),
        distance -> power(sd, distance, q.sub(1.0)),
        // 1 - 1/q
        sum -> sd.math.pow(sum, excess.rsub(1.0)));
  }

  /** {@code d^e} where d is positive and zero elsewhere, for any exponent. */
  private static SDVariable power(SameDiff sd, SDVariable distance, SDVariable exponent) {
    SDVariable support = distance.gt(0.0).castTo(distance.dataType());
    return sd.math.pow(distance.add(support.rsub(1.0)), exponent).mul(support);
  }

  private static SDVariable derivativeByAlpha(
      SameDiff sd, SDVariable weights, SDVariable slope, SDVariable excess) {
    SDVariable share = slope.div(slope.sum(true, KEYS));
    SDVariable logarithm = sd.math.log(Rows.oneIfZero(weights));
    SDVariable information = weights.mul(logarithm);
    SDVariable total = information.sum(true, KEYS);
    SDVariable first = weights.sub(share).div(sd.math.square(excess));
    return first.sub(information.sub(share.mul(total)).div(excess));
  }

  @Override
  public Optional<RowKernel> kernel() {
    return Optional.of(RowKernels.learnableEntmax(LOWEST, HIGHEST));
  }

  @Override
  public String type() {
    return Entmax.TYPE;
  }

  @Override
  public Map<String, Object> options() {
    return NormalizerOptions.of("alpha", alpha, "learnable", true);
  }

  @Override
  public Set<Trait> traits() {
    return EnumSet.of(Trait.SUMS_TO_ONE, Trait.EXACT_ZEROS, Trait.LEARNABLE, Trait.SHIFT_INVARIANT);
  }

  @Override
  public List<NormalizerParameter> parameters(int heads) {
    double share = Math.min((alpha - LOWEST) / (HIGHEST - LOWEST), Math.nextDown(1.0));
    return List.of(new NormalizerParameter(LOGIT, heads, Math.log(share / (1 - share))));
  }

  @Override
  public Map<String, Double> learned(Map<String, Double> parameters) {
    Double logit = parameters.get(LOGIT);
    return logit == null
        ? Map.of()
        : Map.of("alpha", LOWEST + (HIGHEST - LOWEST) / (1 + Math.exp(-logit)));
  }
}
