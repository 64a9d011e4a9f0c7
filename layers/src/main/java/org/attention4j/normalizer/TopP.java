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
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Softmax over the smallest set of keys whose softmax weights sum to at least p, zero for the
 * others: the keys in the order of falling scores, equal ones in that of their indices, until the
 * sum is reached; always at least one. The gradient is the softmax Jacobian on the set and zero
 * elsewhere.
 *
 * <p>The set is decided in DOUBLE on both paths, whatever the type of the scores, and a sum within
 * 1e-12 of p counts as p: of ten equal scores {@code p = 0.7} keeps seven.
 *
 * @param p the sum; above 0 and at most 0.999999
 * @see <a href="https://arxiv.org/abs/2502.02770">Lin et al. 2025, "Twilight"</a>
 */
record TopP(double p) implements Normalizer {
  static final String TYPE = "top-p";
  static final double DEFAULT_MASS = 0.9;

  TopP {
    NormalizerOptions.require(TYPE, "p", p, p > 0 && p <= 0.999999, "above 0 and at most 0.999999");
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    SDVariable wide = Bitcast.detach(scores).castTo(DataType.DOUBLE);
    SDVariable weights = sd.math.exp(wide.sub(wide.max(true, KEYS)));
    SDVariable mass = weights.sum(true, KEYS).mul(share());
    return TopK.softmaxOver(sd, scores, Selection.heaviest(scores, weights, mass));
  }

  private double share() {
    return p * Selection.JUST_BELOW_ONE;
  }

  @Override
  public Optional<RowKernel> kernel() {
    return Optional.of(RowKernels.topP(share()));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> options() {
    return NormalizerOptions.of("p", p);
  }

  @Override
  public Set<Trait> traits() {
    return EnumSet.of(Trait.SUMS_TO_ONE, Trait.EXACT_ZEROS, Trait.SHIFT_INVARIANT);
  }
}
