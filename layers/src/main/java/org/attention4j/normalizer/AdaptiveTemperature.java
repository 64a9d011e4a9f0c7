package org.attention4j.normalizer;

import static org.attention4j.normalizer.NormalizerContext.KEYS;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * {@code softmax(beta z)} with {@code beta = max(poly(H), 1)}: the higher the entropy H of {@code
 * softmax(z)} in nats, the colder the softmax. Above H = 5.945, some 382 effective keys, the
 * polynomial falls below one and the result is plain softmax.
 *
 * <p>The gradient takes beta as the function of z that it is.
 *
 * @see <a href="https://arxiv.org/abs/2410.01104">Velickovic et al. 2024</a>
 */
record AdaptiveTemperature() implements Normalizer {
  static final String TYPE = "adaptive-temperature";

  /**
   * The published fit, highest power first. The published rule applies it above H = 0.5 only; it is
   * below one there anyway.
   */
  private static final double[] POLYNOMIAL = {-0.037, 0.481, -2.3, 4.917, -1.791};

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    SDVariable maximum = Bitcast.detach(scores.max(true, KEYS));
    SDVariable shifted = context.zeroMasked(scores.sub(maximum));
    SDVariable entropy = entropy(sd, shifted, context);
    SDVariable polynomial = entropy.mul(POLYNOMIAL[0]).add(POLYNOMIAL[1]);
    for (int i = 2; i < POLYNOMIAL.length; i++) {
      polynomial = polynomial.mul(entropy).add(POLYNOMIAL[i]);
    }
    SDVariable beta = sd.nn.relu(polynomial.sub(1.0), 0).add(1.0);
    return Softmax.softmax(sd, context.fillMasked(shifted.mul(beta)));
  }

  /** {@code log sum(e^z) - sum(p z)}, which needs no logarithm of a weight that may be zero. */
  private static SDVariable entropy(SameDiff sd, SDVariable shifted, NormalizerContext context) {
    SDVariable exponentials = sd.math.exp(context.fillMasked(shifted));
    // A row without a visible key counts one, so that its logarithm is defined.
    SDVariable sum = exponentials.sum(true, KEYS);
    SDVariable safeSum = sum.add(sum.eq(0.0).castTo(sum.dataType()));
    SDVariable meanScore = exponentials.mul(shifted).sum(true, KEYS).div(safeSum);
    return sd.math.log(safeSum).sub(meanScore);
  }

  @Override
  public Optional<RowKernel> kernel() {
    return Optional.of(RowKernels.adaptiveTemperature(POLYNOMIAL));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Set<Trait> traits() {
    return EnumSet.of(Trait.SUMS_TO_ONE, Trait.SHIFT_INVARIANT);
  }
}
