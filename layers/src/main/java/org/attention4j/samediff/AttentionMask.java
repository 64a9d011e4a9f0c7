package org.attention4j.samediff;

import org.attention4j.internal.graph.Precision;
import org.attention4j.internal.graph.StepMask;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What a mask says.
 *
 * @param visible one where a key is visible and zero where it is hidden
 * @param addend what is added to the scores of visible keys, finite everywhere; null for nothing
 */
record AttentionMask(SDVariable visible, @Nullable SDVariable addend) {
  /**
   * An additive mask hides what it lowers by more than this: half of the smallest fill in use,
   * BERT's -10,000; half precision has -65,504, others -1e9 or minus infinity. So neither the
   * rounding of a narrow type, -9,984 in BFLOAT16, nor a bias of any sensible size added to the
   * fill makes a hidden key visible.
   */
  static final double HIDING = -5_000;

  /**
   * Reads a mask.
   *
   * @param mask BOOL or whole numbers, read as a {@link StepMask}; floating point: to be added
   * @param type FLOAT or DOUBLE, the type of the scores
   */
  static AttentionMask of(SDVariable mask, DataType type) {
    if (!mask.dataType().isFPType()) {
      return new AttentionMask(StepMask.read(mask, type), null);
    }
    SDVariable addend = Precision.cast(mask, type);
    SDVariable visible = addend.gt(HIDING).castTo(type);
    // Infinity times zero would be no number.
    SDVariable finite = mask.getSameDiff().math.clipByValue(addend, HIDING, Float.MAX_VALUE);
    return new AttentionMask(visible, finite);
  }
}
