package org.attention4j.normalizer;

import static org.attention4j.normalizer.NormalizerContext.KEYS;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Picks the k largest scores of each row, exactly: never more than k on ties (the lowest key
 * indices win), all visible keys where a row has fewer than k.
 *
 * <p>The k-th largest value is found first, then the keys above it and as many of the keys equal to
 * it as are still wanted. The result has passed through booleans, so no gradient flows through it.
 */
final class Selection {
  private Selection() {}

  /**
   * Selects the k largest scores of each row, for a k that may differ from row to row.
   *
   * <p>The k-th largest value is built bit by bit from the highest: a threshold gains a bit
   * wherever at least k scores still reach it. 32 steps for FLOAT, 64 for DOUBLE, whatever k and Tk
   * are.
   *
   * @param scores the scores, shape [b, h, Tq, Tk]
   * @param k how many keys to select, whole numbers from 1 to n where n keys of a row are visible,
   *     of the scores' type and broadcastable to [b, h, Tq, 1]
   * @return one for a selected key and zero for the others, of the scores' type
   */
  static SDVariable largest(SDVariable scores, SDVariable k) {
    SDVariable values = Bitcast.ordered(scores);
    int highestBit = (values.dataType() == DataType.INT64 ? Long.SIZE : Integer.SIZE) - 2;
    double highest = 1L << highestBit;
    // The sign first: either k scores reach zero, or the threshold starts from the lowest integer,
    // which is -2 * highest.
    SDVariable zero = values.max(true, KEYS).mul(0.0);
    SDVariable kth = enoughReach(values, zero, k).sub(1.0).mul(highest).mul(2.0);
    for (int bit = highestBit; bit >= 0; bit--) {
      double step = 1L << bit;
      kth = kth.add(enoughReach(values, kth.add(step), k).mul(step));
    }
    return select(values, kth, k);
  }

  /** One, as an integer, in each row where at least k values reach the threshold. */
  private static SDVariable enoughReach(SDVariable values, SDVariable threshold, SDVariable k) {
    SDVariable reaching = values.gte(threshold).castTo(k.dataType()).sum(true, KEYS);
    return reaching.gte(k).castTo(values.dataType());
  }

  private static SDVariable select(SDVariable values, SDVariable kth, SDVariable k) {
    DataType type = k.dataType();
    SDVariable above = values.gt(kth).castTo(type);
    SDVariable tied = values.eq(kth).castTo(type);
    SDVariable tiesWanted = k.sub(above.sum(true, KEYS));
    SDVariable rank = values.getSameDiff().cumsum(tied, false, false, KEYS);
    SDVariable chosen = tied.mul(rank.lte(tiesWanted).castTo(type));
    return above.add(chosen).gt(0.5).castTo(type);
  }
}
