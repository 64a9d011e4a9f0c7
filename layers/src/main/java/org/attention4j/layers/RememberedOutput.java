package org.attention4j.layers;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * The last output of a {@link RecurrentAttentionLayer} that counts under a mask. All masks here
 * have the shape [b, 1].
 */
final class RememberedOutput {
  private final SDVariable[] masks;
  private @Nullable SDVariable output;

  /** One where some step so far counts. */
  private @Nullable SDVariable any;

  RememberedOutput(SDVariable mask, int steps) {
    masks = mask.getSameDiff().unstack(mask, 1, steps);
    for (int step = 0; step < steps; step++) {
      masks[step] = masks[step].reshape(-1, 1);
    }
  }

  void add(SDVariable newest, int step) {
    SDVariable counts = masks[step];
    output = output == null ? newest.mul(counts) : choose(counts, newest, output);
    any = any == null ? counts : choose(counts, counts, any);
  }

  /** For a step that counts the remembered output, for a masked one the previous output. */
  SDVariable query(SDVariable previous, int step) {
    return choose(masks[step], Objects.requireNonNull(output), previous);
  }

  /** One for a step that counts. */
  SDVariable counts(int step) {
    return masks[step];
  }

  /** One for all but a step that counts and is the first to do so. */
  SDVariable attends(int step) {
    return masks[step].mul(Objects.requireNonNull(any).rsub(1.0)).rsub(1.0);
  }

  private static SDVariable choose(SDVariable counts, SDVariable one, SDVariable other) {
    return other.add(counts.mul(one.sub(other)));
  }
}
