package org.attention4j.normalizer;

import static org.attention4j.normalizer.NormalizerContext.KEYS;

import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Picks the largest scores of each row, a given number of them or as many as have a given mass. Of
 * equal ones the lowest key indices win, and no more of them are taken than are wanted.
 *
 * <p>The smallest value that is wanted is found first, then the keys above it and as many of the
 * keys equal to it as are still wanted. The result has passed through booleans, so no gradient
 * flows through it.
 */
final class Selection {
  /** Absorbs rounding, so that a count meant to be 3 is not taken for one above 3. */
  static final double JUST_BELOW_ONE = 1 - 1e-12;

  private Selection() {}

  /** A computed number of keys, rounded up unless it is above a whole number by rounding alone. */
  static int roundedUp(double count) {
    return (int) Math.ceil(count * JUST_BELOW_ONE);
  }

  /** The same in a graph, of numbers in DOUBLE. */
  static SDVariable roundedUp(SDVariable count) {
    return count.getSameDiff().math.ceil(count.mul(JUST_BELOW_ONE));
  }

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
    return first(scores, null, k);
  }

  /**
   * Selects the fewest largest scores of each row whose weights sum to a given mass.
   *
   * @param scores the scores, shape [b, h, Tq, Tk]
   * @param weights the weights that are summed, none negative, equal for equal scores; shape [b, h,
   *     Tq, Tk]
   * @param mass what the sum has to reach, above 0 and at most the sum of all weights; of the
   *     weights' type, shape [b, h, Tq, 1]
   * @return one for a selected key and zero for the others, of the scores' type
   */
  static SDVariable heaviest(SDVariable scores, SDVariable weights, SDVariable mass) {
    return first(scores, weights, mass);
  }

  /**
   * The first keys in the order of falling scores, until their weights, or their number, reach a
   * target.
   */
  private static SDVariable first(
      SDVariable scores, @Nullable SDVariable weights, SDVariable target) {
    SDVariable values = Bitcast.ordered(scores);
    int highestBit = (values.dataType() == DataType.INT64 ? Long.SIZE : Integer.SIZE) - 2;
    double highest = 1L << highestBit;
    // The sign first: either enough scores reach zero, or the threshold starts from the lowest
    // integer, which is -2 * highest.
    SDVariable zero = values.max(true, KEYS).mul(0.0);
    SDVariable last = enoughReach(values, zero, weights, target).sub(1.0).mul(highest).mul(2.0);
    for (int bit = highestBit; bit >= 0; bit--) {
      double step = 1L << bit;
      last = last.add(enoughReach(values, last.add(step), weights, target).mul(step));
    }
    return select(values, last, weights, target).castTo(scores.dataType());
  }

  /** One, as an integer, in each row where the values that reach the threshold are enough. */
  private static SDVariable enoughReach(
      SDVariable values, SDVariable threshold, @Nullable SDVariable weights, SDVariable target) {
    SDVariable reaching = weighed(values.gte(threshold), weights, target).sum(true, KEYS);
    return reaching.gte(target).castTo(values.dataType());
  }

  /** The weights where a condition holds, ones if there are none; zero elsewhere. */
  private static SDVariable weighed(
      SDVariable condition, @Nullable SDVariable weights, SDVariable target) {
    SDVariable ones = condition.castTo(target.dataType());
    return weights == null ? ones : ones.mul(weights);
  }

  private static SDVariable select(
      SDVariable values, SDVariable last, @Nullable SDVariable weights, SDVariable target) {
    DataType type = target.dataType();
    SDVariable above = values.gt(last);
    SDVariable tied = values.eq(last);
    SDVariable before =
        values.getSameDiff().cumsum(weighed(tied, weights, target), true, false, KEYS);
    SDVariable reachedBefore = weighed(above, weights, target).sum(true, KEYS).add(before);
    SDVariable chosen = tied.castTo(type).mul(reachedBefore.lt(target).castTo(type));
    return above.castTo(type).add(chosen).gt(0.5);
  }
}
