package org.attention4j.theory;

/**
 * How one row of weights spreads over its visible keys.
 *
 * <p>Weights need not sum to one: entropy is that of the weights divided by their sum, and the sum
 * itself is the {@linkplain #mass(double[]) mass}, to be read beside it. Logarithms are natural.
 */
public final class WeightRow {
  private WeightRow() {}

  /**
   * The entropy {@code H = -Σ p log p} with p the weights divided by their sum. A zero weight adds
   * nothing, as p log p does in the limit.
   *
   * @param weights α, not negative
   * @return H in nats, between 0 and log n; NaN if the weights sum to zero or one is not finite
   */
  public static double entropy(double[] weights) {
    double mass = mass(weights);
    if (mass == 0 || !Double.isFinite(mass)) {
      return Double.NaN;
    }
    double entropy = 0;
    for (double weight : weights) {
      if (weight > 0) {
        double p = weight / mass;
        entropy -= p * Math.log(p);
      }
    }
    return Math.max(entropy, 0);
  }

  /**
   * Entropy over its largest possible value, {@code H / log n}.
   *
   * @param weights α of the n visible keys
   * @return between 0 and 1; NaN for fewer than two keys, without mass or if a weight is not finite
   */
  public static double normalizedEntropy(double[] weights) {
    return weights.length < 2 ? Double.NaN : entropy(weights) / Math.log(weights.length);
  }

  /**
   * Effective tokens {@code e^H}: among how many keys an even spread has this entropy.
   *
   * @param weights α, not negative
   * @return between 1 and n; NaN if the weights sum to zero or one is not finite
   */
  public static double effectiveTokens(double[] weights) {
    return Math.exp(entropy(weights));
  }

  /**
   * The number of keys with a weight other than exactly zero; NaN is such a weight.
   *
   * @param weights α
   * @return between 0 and n
   */
  public static int support(double[] weights) {
    int support = 0;
    for (double weight : weights) {
      if (weight != 0) {
        support++;
      }
    }
    return support;
  }

  /**
   * The sum of the weights.
   *
   * @param weights α
   * @return Σα, one for most normalizers
   */
  public static double mass(double[] weights) {
    // Four sums, as one would wait for itself at each step.
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i + 3 < weights.length; i += 4) {
      a += weights[i];
      b += weights[i + 1];
      c += weights[i + 2];
      d += weights[i + 3];
    }
    for (; i < weights.length; i++) {
      a += weights[i];
    }
    return a + b + (c + d);
  }

  /**
   * Whether no entry is NaN or infinite.
   *
   * @param row weights, scores or gradients
   * @return false if one is
   */
  public static boolean isFinite(double[] row) {
    double a = 0; // zero times a finite number is zero, times any other NaN
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i + 3 < row.length; i += 4) {
      a += 0 * row[i];
      b += 0 * row[i + 1];
      c += 0 * row[i + 2];
      d += 0 * row[i + 3];
    }
    for (; i < row.length; i++) {
      a += 0 * row[i];
    }
    return a + b + (c + d) == 0;
  }

  /**
   * The largest entry.
   *
   * @param row weights or scores
   * @return the largest value; NaN for an empty row, and if an entry is
   */
  public static double largest(double[] row) {
    double largest = row.length == 0 ? Double.NaN : row[0];
    for (double value : row) {
      if (!(value <= largest)) { // rare, so cheaper than Math.max; NaN is not below anything
        if (Double.isNaN(value)) {
          return value;
        }
        largest = value;
      }
    }
    return largest;
  }

  /**
   * The mass of the N largest weights, {@code ᾱ_N}.
   *
   * @param weights α
   * @param top I_N
   * @return Σ_{I_N} α
   */
  public static double topMass(double[] weights, TopN top) {
    double mass = 0;
    for (int i : top.chosen()) {
      mass += weights[i];
    }
    return mass;
  }

  /**
   * The mass of the N largest weights, without finding out which they are.
   *
   * @param weights α
   * @param count N, at least 1 and at most L
   * @return Σ_{I_N} α
   * @throws IllegalArgumentException if N is out of range
   */
  public static double topMass(double[] weights, int count) {
    double smallest = TopN.smallest(weights, count);
    double mass = 0;
    int larger = 0;
    for (double weight : weights) {
      if (Double.compare(weight, smallest) > 0) {
        mass += weight;
        larger++;
      }
    }
    return mass + (count - larger) * smallest;
  }

  /**
   * {@code log Σ e^z}, without overflow.
   *
   * @param scores z of the visible keys
   * @return the log-sum-exp; −∞ for an empty row
   */
  public static double logSumExp(double[] scores) {
    if (scores.length == 0) {
      return Double.NEGATIVE_INFINITY;
    }
    double largest = largest(scores);
    double sum = 0;
    for (double score : scores) {
      sum += Math.exp(score - largest);
    }
    return largest + Math.log(sum);
  }

  /**
   * {@code softmax(z / T)}.
   *
   * @param scores z
   * @param temperature T, positive
   * @return the weights, which sum to one
   */
  public static double[] softmax(double[] scores, double temperature) {
    double largest = largest(scores);
    double[] weights = new double[scores.length];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Math.exp((scores[i] - largest) / temperature);
      sum += weights[i];
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= sum;
    }
    return weights;
  }
}
