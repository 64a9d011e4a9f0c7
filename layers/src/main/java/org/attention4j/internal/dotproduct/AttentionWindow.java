package org.attention4j.internal.dotproduct;

import static org.attention4j.internal.dotproduct.DotProductAttention.require;
import static org.attention4j.internal.graph.GraphShapes.range;
import static org.attention4j.internal.graph.GraphShapes.size;

import org.attention4j.internal.attention.KeyRange;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Which keys a query sees, by the positions of both. A query at position i sees the keys at i -
 * left .. i + right; if causal, at i - left .. i. First keys stay visible outside these sides, but
 * not to earlier queries if causal.
 *
 * @param causal whether keys at later positions are hidden
 * @param left how many keys before the query's position, at least 0; {@link #ALL} for all
 * @param right how many keys after it, at least 0; {@link #ALL} for all
 * @param firstKeys how many first keys, of those that are not masked, every query sees
 */
public record AttentionWindow(boolean causal, long left, long right, int firstKeys) {
  /** As many keys as there are. */
  public static final long ALL = -1;

  /**
   * Checks the sides.
   *
   * @param causal whether it is causal
   * @param left steps before
   * @param right steps after
   * @param firstKeys visible ones
   * @throws IllegalArgumentException if one is below -1
   */
  public AttentionWindow {
    require(left >= ALL, "the window's left side", left, "at least 0, or -1 for all keys");
    require(right >= ALL, "the window's right side", right, "at least 0, or -1 for all keys");
  }

  /**
   * A window without sides.
   *
   * @param causal whether keys at later positions are hidden
   * @return the window
   */
  public static AttentionWindow causal(boolean causal) {
    return new AttentionWindow(causal, ALL, ALL, 0);
  }

  /**
   * The window of attention that runs fused.
   *
   * @param range which keys a query sees there
   * @return the same as a window
   */
  public static AttentionWindow of(KeyRange range) {
    long side = range.window() == 0 ? ALL : range.window() - 1;
    return new AttentionWindow(range.causal(), side, side, range.first());
  }

  /**
   * Whether positions matter at all.
   *
   * @return false if every query sees every key
   */
  public boolean isBounded() {
    return causal || left != ALL || right != ALL;
  }

  /**
   * The position of the first query if the last query stands at the last key.
   *
   * @param scores shape [b, h, Tq, Tk]
   * @param lengths how many keys of each example count, INT64 [b]; null for all
   * @return INT64, a scalar or of shape [b, 1, 1, 1]
   */
  public static SDVariable firstQueryBeforeEnd(SDVariable scores, @Nullable SDVariable lengths) {
    SDVariable end = lengths == null ? size(scores, 3) : perExample(lengths);
    return end.sub(size(scores, 2));
  }

  /**
   * The keys in the window.
   *
   * @param scores shape [b, h, Tq, Tk]
   * @param firstQuery the position of the first query, INT64, a scalar or of shape [b, 1, 1, 1];
   *     null for 0
   * @param mask ones and zeros of the scores' type, to know the first keys by; of shape [b, 1, 1,
   *     Tk] if there are any; null if no key is masked
   * @return ones and zeros of the scores' type that broadcast to their shape, with their full
   *     number Tk on the last axis; null if all are visible
   */
  public @Nullable SDVariable visible(
      SDVariable scores, @Nullable SDVariable firstQuery, @Nullable SDVariable mask) {
    if (!isBounded()) {
      return null;
    }
    DataType type = scores.dataType();
    SDVariable key = keys(scores);
    SDVariable query = range(size(scores, 2)).reshape(1, 1, -1, 1);
    SDVariable position = firstQuery == null ? query : query.add(firstQuery);
    SDVariable visible = null;
    if (left != ALL) {
      visible = key.gte(position.sub((double) left)).castTo(type);
    }
    if (!causal && right != ALL) {
      SDVariable last = right == 0 ? position : position.add((double) right);
      visible = both(visible, key.lte(last).castTo(type));
    }
    if (visible != null && firstKeys > 0) {
      SDVariable first =
          mask == null ? key.lt(firstKeys).castTo(type) : firstOfUnmasked(mask, firstKeys);
      visible = either(visible, first);
    }
    return causal ? both(key.lte(position).castTo(type), visible) : visible;
  }

  /**
   * The first keys that are not masked. Masked ones between them count as such.
   *
   * @param mask ones and zeros, FLOAT or DOUBLE, shape [b, 1, 1, Tk]
   * @param count how many, at least 1
   * @return ones and zeros of the same type and shape
   */
  public static SDVariable firstOfUnmasked(SDVariable mask, int count) {
    return mask.getSameDiff().cumsum(mask, false, false, 3).lte(count).castTo(mask.dataType());
  }

  /**
   * What is visible under one of two masks.
   *
   * @param one ones and zeros
   * @param other the same
   * @return ones and zeros
   */
  public static SDVariable either(SDVariable one, SDVariable other) {
    return one.getSameDiff().math.max(one, other);
  }

  /**
   * The keys that count.
   *
   * @param scores shape [b, h, Tq, Tk]
   * @param lengths how many keys of each example count, INT64 [b]
   * @return ones and zeros of the scores' type, shape [b, 1, 1, Tk]
   */
  public static SDVariable counting(SDVariable scores, SDVariable lengths) {
    return keys(scores).lt(perExample(lengths)).castTo(scores.dataType());
  }

  /**
   * What is visible under two masks at once.
   *
   * @param one ones and zeros; null if all is visible
   * @param other the same
   * @return their product; null if both are null
   */
  public static @Nullable SDVariable both(@Nullable SDVariable one, @Nullable SDVariable other) {
    return one == null ? other : other == null ? one : one.mul(other);
  }

  private static SDVariable keys(SDVariable scores) {
    return range(size(scores, 3)).reshape(1, 1, 1, -1);
  }

  private static SDVariable perExample(SDVariable lengths) {
    return lengths.reshape(-1, 1, 1, 1);
  }
}
