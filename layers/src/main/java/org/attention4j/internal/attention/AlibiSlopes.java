package org.attention4j.internal.attention;

/**
 * By how much ALiBi lowers a score for each step between query and key.
 *
 * <p>For a number of heads h that is a power of two: {@code 2^(-8 i / h)}, i = 1..h. For another
 * one the slopes of n, the largest power of two below h, and then every second slope of 2 n,
 * beginning with its first: for 12 heads 1/2, 1/4, … 1/256, and then 2^-0.5, 2^-1.5, 2^-2.5 and
 * 2^-3.5.
 *
 * @see <a href="https://arxiv.org/abs/2108.12409">Press, Smith and Lewis 2022</a>, and {@code
 *     get_slopes} in the authors' code, which published models follow
 */
public final class AlibiSlopes {
  private static final double EXPONENT = -8;

  private AlibiSlopes() {}

  /**
   * The slope of one head.
   *
   * @param head from 0
   * @param heads h, at least 1
   * @return the slope, above 0
   */
  public static double of(int head, int heads) {
    int power = Integer.highestOneBit(heads);
    return head < power
        ? Math.pow(2, EXPONENT * (head + 1) / power)
        : Math.pow(2, EXPONENT * (2 * (head - power) + 1) / (2 * power));
  }
}
