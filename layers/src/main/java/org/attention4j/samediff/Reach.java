package org.attention4j.samediff;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Which keys a query sees for where both stand.
 *
 * @param causal whether it sees no key behind it
 * @param left how many keys before it; empty for all
 * @param right how many keys behind it; empty for all
 * @param alignment where queries stand
 */
record Reach(boolean causal, OptionalLong left, OptionalLong right, QueryAlignment alignment) {

  /**
   * The keys within reach.
   *
   * @param scores shape [b, h, Tq, Tk]
   * @param past how many of the keys are past ones, a whole number; null for none
   * @param lengths how many keys of each example count, INT64 [b]; null for all
   * @return ones and zeros of the scores' type that broadcast to their shape, with their full
   *     number Tk in the last place; null if all are within reach
   */
  @Nullable SDVariable visible(
      SDVariable scores, @Nullable SDVariable past, @Nullable SDVariable lengths) {
    SameDiff sd = scores.getSameDiff();
    DataType type = scores.dataType();
    SDVariable key = range(sd, sd.sizeAt(scores, 3)).reshape(1, 1, 1, -1);
    SDVariable ends = lengths == null ? null : lengths.reshape(-1, 1, 1, 1);
    SDVariable visible = ends == null ? null : key.lt(ends).castTo(type);
    OptionalLong behind = causal ? OptionalLong.of(0) : right;
    if (behind.isEmpty() && left.isEmpty()) {
      return visible;
    }
    SDVariable position = range(sd, sd.sizeAt(scores, 2)).reshape(1, 1, -1, 1);
    if (alignment == QueryAlignment.LAST_KEY) {
      SDVariable end = ends == null ? sd.sizeAt(scores, 3) : ends;
      position = position.add(end.sub(sd.sizeAt(scores, 2)));
    } else if (past != null) {
      position = position.add(past);
    }
    if (behind.isPresent()) {
      SDVariable last =
          behind.getAsLong() == 0 ? position : position.add((double) behind.getAsLong());
      visible = and(visible, key.lte(last).castTo(type));
    }
    if (left.isPresent()) {
      visible = and(visible, key.gte(position.sub((double) left.getAsLong())).castTo(type));
    }
    return visible;
  }

  private static SDVariable range(SameDiff sd, SDVariable end) {
    return sd.range(sd.constant(0L), end, sd.constant(1L), DataType.INT64);
  }

  private static SDVariable and(@Nullable SDVariable one, SDVariable other) {
    return one == null ? other : one.mul(other);
  }
}
