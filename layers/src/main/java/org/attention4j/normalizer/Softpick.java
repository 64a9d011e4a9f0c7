package org.attention4j.normalizer;

import static org.attention4j.normalizer.NormalizerContext.KEYS;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * {@code max(e^z - 1, 0) / sum |e^z - 1|}: keys with a score of zero or below get no weight, and
 * negative scores thin out the others. A row of zeros has weights zero.
 *
 * @see <a href="https://arxiv.org/abs/2504.20966">Zuhri et al. 2025</a>
 */
record Softpick() implements Normalizer {
  static final String TYPE = "softpick";

  /**
   * Up to here the series serves; its first missing term is below half a unit in the last place. A
   * power of two, so that subtracting it from a large score is exact.
   */
  private static final double SMALL = 0.25;

  private static final int TERMS_FLOAT = 6;
  private static final int TERMS_DOUBLE = 12;

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    // A score of zero adds nothing to the row: what masked keys shall have.
    SDVariable rectified = rectified(sd, context.zeroMasked(scores));
    // Brought to a largest size of one; the quotient does not change, and its squares stay in
    // range.
    SDVariable size = Rows.oneIfZero(Bitcast.detach(sd.math.abs(rectified)).max(true, KEYS));
    SDVariable unit = rectified.div(size);
    SDVariable mass = Rows.oneIfZero(sd.math.abs(unit).sum(true, KEYS));
    return sd.nn.relu(unit, 0).div(mass);
  }

  /** {@code (e^z - 1) e^-m} with m the larger of the row's maximum and zero. */
  private static SDVariable rectified(SameDiff sd, SDVariable scores) {
    SDVariable constant = Bitcast.detach(scores);
    SDVariable m = sd.nn.relu(constant.max(true, KEYS), 0);
    SDVariable slope = sd.math.exp(constant.sub(m));
    // Zero in value, one in gradient.
    SDVariable change = scores.sub(constant);
    return value(sd, constant, m).add(slope.mul(change));
  }

  /**
   * With z = t + r, t being z clipped to a small interval: {@code (e^t - 1) e^(r-m) + (e^(r-m) -
   * e^-m)}, the first factor by its series. The difference of exponentials is exactly zero for
   * small scores, whose digits it would lose, and nothing overflows. (The native expm1 and tanh of
   * M2.1 lose them too.)
   */
  private static SDVariable value(SameDiff sd, SDVariable scores, SDVariable m) {
    SDVariable t = sd.math.clipByValue(scores, -SMALL, SMALL);
    SDVariable outer = sd.math.exp(scores.sub(t).sub(m));
    SDVariable inner = sd.math.exp(m.neg());
    return series(t).mul(outer).add(outer.sub(inner));
  }

  /** {@code e^t - 1 = t (1 + t/2 (1 + t/3 (1 + ...)))}. */
  private static SDVariable series(SDVariable t) {
    int terms = t.dataType() == DataType.DOUBLE ? TERMS_DOUBLE : TERMS_FLOAT;
    SDVariable sum = t.mul(1.0 / terms).add(1.0);
    for (int i = terms - 1; i > 1; i--) {
      sum = sum.mul(t).mul(1.0 / i).add(1.0);
    }
    return sum.mul(t);
  }

  @Override
  public Optional<RowKernel> kernel() {
    return Optional.of(RowKernels.softpick());
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Set<Trait> traits() {
    return EnumSet.of(Trait.EXACT_ZEROS);
  }
}
