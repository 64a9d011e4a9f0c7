package org.attention4j.normalizer;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.attention4j.kernel.RowFactor;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** Any normalizer behind scores that are multiplied with a factor which grows with the length. */
final class ScaledScores {
  private ScaledScores() {}

  /**
   * Weights in a graph.
   *
   * @param inner the normalizer after the scale
   * @param factor what the scores are multiplied with, of a shape that broadcasts to theirs
   */
  static SDVariable normalize(
      Normalizer inner,
      SameDiff sd,
      SDVariable scores,
      SDVariable factor,
      NormalizerContext context) {
    SDVariable scaled =
        isShiftInvariant(inner)
            ? Softmax.sharpened(scores, factor, context)
            : Softmax.scaled(scores, factor, context);
    return inner.normalize(sd, scaled, context);
  }

  /** The row kernel, if the normalizer after the scale has one. */
  static Optional<RowKernel> kernel(Normalizer inner, RowFactor factor) {
    return inner.kernel().map(kernel -> RowKernels.scaled(kernel, isShiftInvariant(inner), factor));
  }

  /** The traits of the whole. */
  static Set<Trait> traits(Normalizer inner) {
    Set<Trait> traits = EnumSet.of(Trait.LENGTH_AWARE);
    traits.addAll(inner.traits());
    return traits;
  }

  private static boolean isShiftInvariant(Normalizer inner) {
    return inner.traits().contains(Trait.SHIFT_INVARIANT);
  }
}
