package org.attention4j.internal.graph;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/** A soft cap of scores, the same for normalizers and for the facade. */
public final class CappedScores {
  private CappedScores() {}

  /**
   * {@code cap * tanh(scores / cap)}. In DOUBLE whatever the type of the scores: M2.1's tanh is
   * wrong by a unit in the last place of one, also near zero, and the cap magnifies that.
   *
   * @param scores any numbers
   * @param cap the bound, positive and finite
   * @return the capped scores, shape and type of the scores
   */
  public static SDVariable of(SDVariable scores, double cap) {
    SDVariable shares = Precision.cast(scores, DataType.DOUBLE).mul(1 / cap);
    SDVariable capped = scores.getSameDiff().math.tanh(shares).mul(cap);
    return Precision.cast(capped, scores.dataType());
  }
}
