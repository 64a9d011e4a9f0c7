package org.attention4j.normalizer;

import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Softmax over the k largest scores of each row, zero for the others. Exactly {@code min(k, n)}
 * keys are kept of n visible ones; ties go to the lowest key index. The gradient is the softmax
 * Jacobian on the selected keys and zero elsewhere.
 *
 * @param k how many keys to keep; at least 1
 * @see <a href="https://arxiv.org/abs/2106.06899">Gupta et al. 2021</a>
 */
record TopK(int k) implements Normalizer {
  static final String TYPE = "top-k";

  TopK {
    NormalizerOptions.require(TYPE, "k", k, k >= 1, "at least 1");
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    SDVariable n = context.visibleCount();
    SDVariable kept = n.sub(sd.nn.relu(n.sub(k), 0));
    return softmaxOver(sd, scores, Selection.largest(scores, kept));
  }

  /** Softmax over the keys where {@code selected} is one, exactly zero elsewhere. */
  static SDVariable softmaxOver(SameDiff sd, SDVariable scores, SDVariable selected) {
    return MaskProduct.of(Softmax.softmax(sd, NormalizerContext.fill(scores, selected)), selected);
  }

  @Override
  public Optional<RowKernel> kernel() {
    return Optional.of(RowKernels.topK(n -> Math.min(k, n)));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> options() {
    return NormalizerOptions.of("k", k);
  }

  @Override
  public Set<Trait> traits() {
    return EnumSet.of(Trait.SUMS_TO_ONE, Trait.EXACT_ZEROS, Trait.SHIFT_INVARIANT);
  }
}
