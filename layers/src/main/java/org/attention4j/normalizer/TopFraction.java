package org.attention4j.normalizer;

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
 * Softmax over the {@code ceil(f * n)} largest scores of each row with n visible keys, zero for the
 * others; ties go to the lowest key index.
 *
 * @param fraction f, the share of the visible keys to keep; above 0 and at most 1
 * @see <a href="https://arxiv.org/abs/2508.17821">Limitations of Normalization in Attention
 *     Mechanism, section 6</a>
 */
record TopFraction(double fraction) implements Normalizer {
  static final String TYPE = "top-fraction";

  /** Below the share of the context that the paper found to stay distinguishable. */
  static final double DEFAULT_FRACTION = 0.06;

  TopFraction {
    NormalizerOptions.require(
        TYPE, "fraction", fraction, fraction > 0 && fraction <= 1, "above 0 and at most 1");
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    SDVariable share = context.visibleCount().castTo(DataType.DOUBLE).mul(fraction);
    SDVariable k = Selection.roundedUp(share).castTo(scores.dataType());
    return TopK.softmaxOver(sd, scores, Selection.largest(scores, k));
  }

  @Override
  public Optional<RowKernel> kernel() {
    return Optional.of(RowKernels.topK(n -> Selection.roundedUp(n * fraction)));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> options() {
    return NormalizerOptions.of("fraction", fraction);
  }

  @Override
  public Set<Trait> traits() {
    return EnumSet.of(
        Trait.SUMS_TO_ONE, Trait.EXACT_ZEROS, Trait.LENGTH_AWARE, Trait.SHIFT_INVARIANT);
  }
}
