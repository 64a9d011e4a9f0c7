package org.attention4j.monitor;

import java.util.function.IntUnaryOperator;

/** N, how many tokens of a row of n visible keys count as chosen. */
final class TopCount {
  private static final int SMALLEST = 5;

  private TopCount() {}

  /** Always N. */
  static IntUnaryOperator fixed(int count) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "AttentionMonitor: topN is %d but must be at least 1.".formatted(count));
    }
    return n -> count;
  }

  /** A share of n, but at least 5. */
  static IntUnaryOperator fraction(double fraction) {
    if (!(fraction > 0 && fraction < 1)) {
      throw new IllegalArgumentException(
          "AttentionMonitor: topFraction is %s but must be above 0 and below 1."
              .formatted(fraction));
    }
    return n -> Math.max(SMALLEST, (int) Math.round(fraction * n));
  }
}
