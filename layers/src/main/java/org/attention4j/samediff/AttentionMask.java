package org.attention4j.samediff;

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
   * An additive mask hides what it lowers by this much. BERT's masks hold -10,000, those of half
   * precision -65,504, others -1e9 or minus infinity.
   */
  static final double HIDING = -10_000;

  /**
   * Reads a mask.
   *
   * @param mask BOOL or whole numbers: visible where true or not zero; floating point: to be added
   * @param type FLOAT or DOUBLE, the type of the scores
   */
  static AttentionMask of(SDVariable mask, DataType type) {
    if (mask.dataType() == DataType.BOOL) {
      return new AttentionMask(mask.castTo(type), null);
    }
    if (mask.dataType().isIntType()) {
      return new AttentionMask(mask.neq(0.0).castTo(type), null);
    }
    SDVariable addend = AttentionCore.cast(mask, type);
    SDVariable visible = addend.gt(HIDING).castTo(type);
    // Infinity times zero would be no number.
    SDVariable finite = mask.getSameDiff().math.clipByValue(addend, HIDING, Float.MAX_VALUE);
    return new AttentionMask(visible, finite);
  }
}
