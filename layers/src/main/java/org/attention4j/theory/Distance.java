package org.attention4j.theory;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The distance of the tokens that were not chosen from the context vector, and Theorem 1 about it.
 *
 * @param value {@code d̃ = Σ_{i∉I_N} ‖s − α_i x_i‖₂}
 * @param bound the upper bound of Theorem 1 for this choice
 * @see <a href="https://arxiv.org/abs/2508.17821">Limitations of Normalization, Theorem 1</a>
 */
public record Distance(double value, double bound) {
  /** Vectors whose distances are computed together: enough for loops that are worth vectors. */
  private static final int BLOCK = 256;

  /**
   * Theorem 1 for a random choice of N tokens: {@code main ≤ E d̃ ≤ main + epsilon}.
   *
   * @param main the lower bound
   * @param epsilon the width, not small where the x_i point in all directions
   */
  public record Expected(double main, double epsilon) {}

  /**
   * Measures the distance and bounds it: {@code d̃ ≤ (1−ᾱ) d₁ + max_{j∈I_N} ‖x_j‖ [ᾱ(L−N) − (1−ᾱ)]}
   * with {@code d₁ = max_{i∉I_N, j∈I_N} ‖x_i − x_j‖} and ᾱ the mass of the choice.
   *
   * @param weights α [L], not negative; the bound holds if they sum to one
   * @param x token vectors [L][d]
   * @param choice I_N
   * @return the distance and its bound, both zero if all tokens are chosen
   */
  public static Distance of(double[] weights, double[][] x, TopN choice) {
    int[] others = choice.others();
    int[] chosen = choice.chosen();
    if (others.length == 0) {
      return new Distance(0, 0);
    }
    double[] context = Vectors.combination(weights, x, chosen);
    double distance = 0;
    double largestNorm = 0;
    for (int i : others) {
      distance += Vectors.distance(context, weights[i], x[i]);
    }
    for (int j : chosen) {
      largestNorm = Math.max(largestNorm, Vectors.norm(x[j]));
    }
    double mass = WeightRow.topMass(weights, choice);
    double bound =
        (1 - mass) * Math.sqrt(furthest(x, others, chosen))
            + largestNorm * (mass * others.length - (1 - mass));
    return new Distance(distance, bound);
  }

  /**
   * {@code max ‖x_i − x_j‖²} over the others i and the chosen j, most of the work of all. A block
   * of the others lies component by component, so that the compiler can use vector instructions.
   */
  private static double furthest(double[][] x, int[] others, int[] chosen) {
    int size = x[0].length;
    double[][] block = new double[size][BLOCK];
    double[] squares = new double[BLOCK];
    double furthest = 0;
    for (int from = 0; from < others.length; from += BLOCK) {
      int count = Math.min(BLOCK, others.length - from);
      for (int i = 0; i < count; i++) {
        double[] vector = x[others[from + i]];
        for (int k = 0; k < size; k++) {
          block[k][i] = vector[k];
        }
      }
      for (int j : chosen) {
        Arrays.fill(squares, 0);
        int k = 0;
        for (; k + 1 < size; k += 2) {
          addSquares(squares, block[k], x[j][k], block[k + 1], x[j][k + 1], count);
        }
        if (k < size) {
          addSquares(squares, block[k], x[j][k], count);
        }
        for (int i = 0; i < count; i++) {
          if (!(squares[i] <= furthest)) { // rare, so cheaper than Math.max
            if (Double.isNaN(squares[i])) {
              return squares[i];
            }
            furthest = squares[i];
          }
        }
      }
    }
    return furthest;
  }

  /** With the same index for all arrays; otherwise Java 17 makes no vector instructions of it. */
  private static void addSquares(double[] squares, double[] all, double one, int count) {
    for (int i = 0; i < count; i++) {
      double difference = all[i] - one;
      squares[i] += difference * difference;
    }
  }

  /** Two components at once, so that the squares are read and written half as often. */
  private static void addSquares(
      double[] squares, double[] allA, double oneA, double[] allB, double oneB, int count) {
    for (int i = 0; i < count; i++) {
      double a = allA[i] - oneA;
      double b = allB[i] - oneB;
      squares[i] += a * a + b * b;
    }
  }

  /**
   * The mean distance over random choices of N tokens, each set alike: an estimate of {@code E d̃}
   * where {@link #ofRandomChoice} leaves it between two bounds. Takes O(draws L d) steps.
   *
   * @param weights α [L]
   * @param x token vectors [L][d]
   * @param count N, at least 1 and at most L
   * @param draws how many sets, at least 1; the standard error falls with its root
   * @param random draws them
   * @return the mean of d̃
   * @throws IllegalArgumentException if N or the draws are out of range
   */
  public static double meanOfRandomChoices(
      double[] weights, double[][] x, int count, int draws, Random random) {
    int length = weights.length;
    if (count < 1 || count > length || draws < 1) {
      throw new IllegalArgumentException(
          "N is %d and there are %d draws but N must be between 1 and the %d visible tokens, with at least 1 draw."
              .formatted(count, draws, length));
    }
    int[] tokens = IntStream.range(0, length).toArray();
    double sum = 0;
    for (int draw = 0; draw < draws; draw++) {
      for (int i = 0; i < count; i++) {
        int other = i + random.nextInt(length - i);
        int taken = tokens[other];
        tokens[other] = tokens[i];
        tokens[i] = taken;
      }
      double[] context = Vectors.combination(weights, x, Arrays.copyOf(tokens, count));
      for (int i = count; i < length; i++) {
        sum += Vectors.distance(context, weights[tokens[i]], x[tokens[i]]);
      }
    }
    return sum / draws;
  }

  /**
   * Bounds the expected distance if N tokens are drawn at random, each set alike:
   *
   * <pre>
   *   main    = (L−N)/L Σ_i ‖y_i − N/(L−1) Σ_{j≠i} y_j‖,   y_i = α_i x_i
   *   epsilon = (L−N)/L Σ_i √( N(n−N)/(n(n−1)) Σ_{j≠i} ‖y_j − μ_i‖² ),   n = L−1
   * </pre>
   *
   * with μ_i the mean of the y_j without y_i. Takes O(L d) steps.
   *
   * @param weights α [L]
   * @param x token vectors [L][d], L at least 2
   * @param count N, at least 1 and at most L
   * @return the bounds
   */
  public static Expected ofRandomChoice(double[] weights, double[][] x, int count) {
    int length = weights.length;
    double n = length - 1;
    double[] sum = Vectors.combination(weights, x, IntStream.range(0, length).toArray());
    double squares = 0;
    for (int i = 0; i < length; i++) {
      squares += weights[i] * weights[i] * Vectors.dot(x[i], x[i]);
    }
    double spread = n < 2 ? 0 : Math.max(0, count * (n - count) / (n * (n - 1)));
    double main = 0;
    double epsilon = 0;
    for (int i = 0; i < length; i++) {
      double others = 0; // ‖Σ_{j≠i} y_j‖²
      double centred = 0; // ‖y_i − N/n Σ_{j≠i} y_j‖²
      double own = 0; // ‖y_i‖²
      for (int k = 0; k < sum.length; k++) {
        double y = weights[i] * x[i][k];
        double rest = sum[k] - y;
        double difference = y - count / n * rest;
        own += y * y;
        others += rest * rest;
        centred += difference * difference;
      }
      main += Math.sqrt(centred);
      epsilon += Math.sqrt(spread * Math.max(0, squares - own - others / n));
    }
    double share = (double) (length - count) / length;
    return new Expected(share * main, share * epsilon);
  }
}
