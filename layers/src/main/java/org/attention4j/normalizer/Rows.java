package org.attention4j.normalizer;

import org.nd4j.autodiff.samediff.SDVariable;

/** Small parts that several normalizers share. */
final class Rows {
  private Rows() {}

  /** One instead of zero: a divisor for rows whose dividends are all zero. */
  static SDVariable oneIfZero(SDVariable divisor) {
    return divisor.add(divisor.eq(0.0).castTo(divisor.dataType()));
  }
}
