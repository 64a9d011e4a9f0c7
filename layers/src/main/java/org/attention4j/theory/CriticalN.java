package org.attention4j.theory;

import java.util.OptionalInt;
import java.util.function.IntFunction;

/**
 * Algorithm 3: the smallest N at which the distances of the largest N tokens cannot be told from
 * those of random ones.
 *
 * @see <a href="https://arxiv.org/abs/2508.17821">Limitations of Normalization, Algorithm 3</a>
 */
public final class CriticalN {
  private CriticalN() {}

  /**
   * A statistical test whether two samples come from one distribution, such as commons-math's
   * {@code new KolmogorovSmirnovTest()::kolmogorovSmirnovTest}.
   */
  @FunctionalInterface
  public interface TwoSampleTest {
    /**
     * Compares two samples.
     *
     * @param first one sample
     * @param second the other
     * @return the p-value; small if they differ
     */
    double pValue(double[] first, double[] second);
  }

  /**
   * Tries ascending N until the test no longer rejects.
   *
   * @param candidates the N to try, ascending
   * @param distances the mean d̃ of each head for an N
   * @param expected the mean expected distance of a random choice, for each head and an N
   * @param test the two-sample test, Kolmogorov–Smirnov in the paper
   * @param significance the level below which a p-value rejects, usually 0.05
   * @return the first N that is not rejected; empty if all are
   */
  public static OptionalInt of(
      int[] candidates,
      IntFunction<double[]> distances,
      IntFunction<double[]> expected,
      TwoSampleTest test,
      double significance) {
    for (int count : candidates) {
      if (test.pValue(distances.apply(count), expected.apply(count)) >= significance) {
        return OptionalInt.of(count);
      }
    }
    return OptionalInt.empty();
  }
}
