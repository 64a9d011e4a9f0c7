package org.attention4j.normalizer;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * {@code entmax((1 + beta (log n)^gamma) z)} with n the number of visible keys; each head learns
 * {@code beta = softplus(b)} and {@code gamma = 2 tanh(c)}, both starting from b = c = 0, where the
 * scale does not depend on n and both can move either way.
 *
 * @param alpha of the entmax after the scale; above 1 and at most 32
 * @see <a href="https://arxiv.org/abs/2506.16640">Vasylenko et al. 2025</a>
 */
record AdaptiveScalableEntmax(double alpha) implements Normalizer {
  static final String TYPE = "asentmax";
  static final String BETA = "betaInput";
  static final String GAMMA = "gammaInput";

  AdaptiveScalableEntmax {
    NormalizerOptions.requireAlpha(TYPE, alpha);
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    SDVariable beta = sd.nn.softplus(context.parameter(BETA));
    SDVariable gamma = sd.math.tanh(context.parameter(GAMMA)).mul(2.0);
    // A single visible key has weight one at any scale; its log n = 0 has no negative power.
    SDVariable logLength = Rows.oneIfZero(sd.math.log(context.visibleCount()));
    SDVariable growth = sd.math.exp(gamma.mul(sd.math.log(logLength)));
    SDVariable scale = beta.mul(growth).add(1.0);
    return new Entmax(alpha).normalize(sd, Softmax.sharpened(scores, scale, context), context);
  }

  @Override
  public Optional<RowKernel> kernel() {
    return Optional.of(
        RowKernels.scaled(RowKernels.entmax(alpha), true, AdaptiveLogLengthFactor.INSTANCE));
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
    return EnumSet.of(
        Trait.SUMS_TO_ONE,
        Trait.EXACT_ZEROS,
        Trait.LENGTH_AWARE,
        Trait.LEARNABLE,
        Trait.SHIFT_INVARIANT);
  }

  @Override
  public List<NormalizerParameter> parameters(int heads) {
    return List.of(
        new NormalizerParameter(BETA, heads, 0), new NormalizerParameter(GAMMA, heads, 0));
  }

  @Override
  public Map<String, Double> learned(Map<String, Double> parameters) {
    Double beta = parameters.get(BETA);
    Double gamma = parameters.get(GAMMA);
    return beta == null || gamma == null
        ? Map.of()
        : Map.of("beta", softplus(beta), "gamma", 2 * Math.tanh(gamma));
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }
}
