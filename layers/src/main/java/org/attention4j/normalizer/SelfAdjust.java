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
 * {@code (z - low) / (high - low) * softmax(z)} with {@code low = min(min z, 0)} and {@code high =
 * max(max z, 0)}: softmax times the position of the score between the row's ends. A row of zeros
 * has weights zero.
 *
 * @see <a href="https://arxiv.org/abs/2502.18277">Self-adjust softmax, 2025</a>
 */
record SelfAdjust() implements Normalizer {
  static final String TYPE = "self-adjust";

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    // Both ends reach zero in any case, so a zero at masked keys moves neither.
    SDVariable safe = context.zeroMasked(scores);
    SDVariable constant = Bitcast.detach(safe);
    SDVariable size = Rows.oneIfZero(high(sd, constant).sub(low(sd, constant)));
    // Brought to a width of one; the quotient does not change, and its squares stay in range.
    SDVariable unit = safe.div(size);
    SDVariable low = low(sd, unit);
    SDVariable position = unit.sub(low).div(Rows.oneIfZero(high(sd, unit).sub(low)));
    return position.mul(Softmax.softmax(sd, scores));
  }

  private static SDVariable high(SameDiff sd, SDVariable scores) {
    return sd.nn.relu(scores.max(true, KEYS), 0);
  }

  private static SDVariable low(SameDiff sd, SDVariable scores) {
    return sd.nn.relu(scores.min(true, KEYS).neg(), 0).neg();
  }

  @Override
  public Optional<RowKernel> kernel() {
    return Optional.of(RowKernels.selfAdjust());
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
