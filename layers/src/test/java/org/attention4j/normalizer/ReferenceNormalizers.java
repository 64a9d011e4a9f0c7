package org.attention4j.normalizer;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * The maps once more, on one row of visible scores in plain Java and by other algorithms than the
 * library's: what the graph path is compared with.
 */
final class ReferenceNormalizers {
  private ReferenceNormalizers() {}

  /** One map with the parameters of one head. */
  @FunctionalInterface
  interface NormalizerEvaluator {
    double[] weights(double[] scores);
  }

  static double[] softmax(double[] z) {
    double max = max(z);
    double[] e = map(z, x -> Math.exp(x - max));
    double sum = sum(e);
    return map(e, x -> x / sum);
  }

  static double[] scaled(double[] z, double factor) {
    double max = max(z);
    return map(z, x -> (x - max) * factor);
  }

  /** Softmax over the k largest, found by a stable sort. */
  static double[] topK(double[] z, int k) {
    int[] largest =
        IntStream.range(0, z.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> 0.0 - z[i]))
            .mapToInt(Integer::intValue)
            .limit(k)
            .toArray();
    double[] kept = softmax(Arrays.stream(largest).mapToDouble(i -> z[i]).toArray());
    double[] p = new double[z.length];
    IntStream.range(0, largest.length).forEach(i -> p[largest[i]] = kept[i]);
    return p;
  }

  static double[] topFraction(double[] z, double fraction) {
    return topK(z, (int) Math.ceil(fraction * z.length));
  }

  /** Top-k with {@link #powerCount}. */
  static double[] topPower(double[] z, int over, int under, int p, int q) {
    return topK(z, powerCount(z.length, over, under, p, q));
  }

  /** The smallest k from 1 to n with {@code k >= over / under n^(p/q)}, in whole numbers. */
  static int powerCount(int n, int over, int under, int p, int q) {
    BigInteger least = BigInteger.valueOf(over).pow(q).multiply(BigInteger.valueOf(n).pow(p));
    int k = 1;
    while (k < n
        && BigInteger.valueOf(k).multiply(BigInteger.valueOf(under)).pow(q).compareTo(least) < 0) {
      k++;
    }
    return k;
  }

  /** Top-k with the smallest k whose weights, of a stable sort, sum to p up to rounding. */
  static double[] topP(double[] z, double p) {
    double[] weights = descending(softmax(z));
    int k = 0;
    double sum = 0;
    while (sum < p - 1e-12) {
      sum += weights[k++];
    }
    return topK(z, k);
  }

  static double[] entmax(double[] z, double alpha) {
    if (alpha == 2) {
      return sparsemax(z);
    }
    return alpha == 1.5 ? entmax15(z) : entmaxByBisection(z, alpha);
  }

  /** Exact, by sorting: Martins and Astudillo 2016, algorithm 1. */
  static double[] sparsemax(double[] z) {
    double max = max(z);
    double[] descending = descending(map(z, x -> x - max));
    double prefix = 0;
    double tau = 0;
    for (int size = 1; size <= descending.length; size++) {
      double score = descending[size - 1];
      prefix += score;
      if (1 + size * score > prefix) {
        tau = (prefix - 1) / size;
      }
    }
    double threshold = tau;
    return map(z, x -> Math.max(x - max - threshold, 0));
  }

  /** Exact, by sorting: Peters et al. 2019, algorithm 2. */
  static double[] entmax15(double[] z) {
    double max = max(z);
    double[] half = map(z, x -> (x - max) / 2);
    double[] descending = descending(half);
    double mean = 0;
    double squares = 0;
    double tau = -1;
    for (int size = 1; size <= descending.length && descending[size - 1] > -1; size++) {
      // Welford's update: the sum of squared deviations without cancellation.
      double score = descending[size - 1];
      double deviation = score - mean;
      mean += deviation / size;
      squares += deviation * (score - mean);
      double candidate = mean - Math.sqrt(Math.max((1 - squares) / size, 0));
      if (candidate > score) {
        break;
      }
      tau = candidate;
    }
    double threshold = tau;
    return map(half, x -> square(Math.max(x - threshold, 0)));
  }

  /** For any alpha: halves the bracket until its ends are neighbours. */
  static double[] entmaxByBisection(double[] z, double alpha) {
    double max = max(z);
    double[] scaled = map(z, x -> (x - max) * (alpha - 1));
    double power = 1 / (alpha - 1);
    double low = -1;
    double high = 0;
    for (int step = 0; step < 100; step++) {
      double tau = (low + high) / 2;
      double sum = sum(map(scaled, x -> Math.pow(Math.max(x - tau, 0), power)));
      if (sum >= 1) {
        low = tau;
      } else {
        high = tau;
      }
    }
    double tau = low;
    double[] p = map(scaled, x -> Math.pow(Math.max(x - tau, 0), power));
    double sum = sum(p);
    return map(p, x -> x / sum);
  }

  /**
   * For any alpha, also where {@link #entmaxByBisection} loses digits: for each size of the
   * support, smallest first, the smallest weight w in it by {@code sum (w^(alpha-1) + (alpha-1)(z_i
   * - z_k))^(1/(alpha-1)) = 1}; close to alpha = 1 by halving for u in {@code exp(log1p((alpha-1)(z
   * - u)) / (alpha-1))}.
   */
  static double[] entmaxBySupport(double[] z, double alpha) {
    double a = alpha - 1;
    double max = max(z);
    if (a < 0.1) {
      double low = 0;
      double high = Math.min(1 / a, Math.log(z.length) + 1);
      for (int step = 0; step < 200; step++) {
        double u = (low + high) / 2;
        if (sum(map(z, x -> exponential(x - max - u, a))) >= 1) {
          low = u;
        } else {
          high = u;
        }
      }
      double u = low;
      double[] p = map(z, x -> exponential(x - max - u, a));
      double sum = sum(p);
      return map(p, x -> x / sum);
    }
    double[] descending = descending(map(z, x -> (x - max) * a));
    int size = 1;
    while (size < z.length && sumOver(descending, size + 1, 0, a) < 1) {
      size++;
    }
    double low = 0;
    double high = 1;
    for (int step = 0; step < 200; step++) {
      double w = (low + high) / 2;
      if (sumOver(descending, size, w, a) < 1) {
        low = w;
      } else {
        high = w;
      }
    }
    double smallest = descending[size - 1];
    double w = high;
    double[] p = map(z, x -> (x - max) * a < smallest ? 0 : root((x - max) * a - smallest, w, a));
    double sum = sum(p);
    return map(p, x -> x / sum);
  }

  private static double exponential(double x, double a) {
    return a * x <= -1 ? 0 : Math.exp(Math.log1p(a * x) / a);
  }

  private static double root(double above, double w, double a) {
    return above == 0 ? w : Math.pow(Math.pow(w, a) + above, 1 / a);
  }

  private static double sumOver(double[] descending, int size, double w, double a) {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += root(descending[i] - descending[size - 1], w, a);
    }
    return sum;
  }

  /** Softmax of the row and one more logit, whose weight is dropped. */
  static double[] softmaxBeside(double[] z, double logit) {
    double[] longer = Arrays.copyOf(z, z.length + 1);
    longer[z.length] = logit;
    return Arrays.copyOf(softmax(longer), z.length);
  }

  static double[] adaptiveTemperature(double[] z) {
    double h = -sum(map(softmax(z), p -> p > 0 ? p * Math.log(p) : 0));
    double polynomial =
        -0.037 * Math.pow(h, 4) + 0.481 * Math.pow(h, 3) - 2.3 * h * h + 4.917 * h - 1.791;
    return softmax(scaled(z, h > 0.5 ? Math.max(polynomial, 1) : 1));
  }

  static double[] softpick(double[] z) {
    double m = Math.max(max(z), 0);
    double[] u =
        map(
            z,
            x -> Math.abs(x) < 1 ? Math.expm1(x) * Math.exp(-m) : Math.exp(x - m) - Math.exp(-m));
    double mass = sum(map(u, Math::abs));
    return map(u, x -> mass == 0 ? 0 : Math.max(x, 0) / mass);
  }

  static double[] sigmoid(double[] z) {
    return map(z, x -> 1 / (1 + Math.exp(Math.log(z.length) - x)));
  }

  static double[] selfAdjust(double[] z) {
    double low = Math.min(-max(map(z, x -> -x)), 0);
    double width = Math.max(max(z), 0) - low;
    double[] p = softmax(z);
    double[] result = new double[z.length];
    Arrays.setAll(result, i -> width == 0 ? 0 : p[i] * (z[i] - low) / width);
    return result;
  }

  static double[] capped(double[] z, double cap) {
    return map(z, x -> cap * Math.tanh(x / cap));
  }

  /** The factor of Llama 4, its steps counted one by one. */
  static double steps(double[] z, double beta, int length) {
    int steps = 0;
    while ((steps + 1) * length <= z.length) {
      steps++;
    }
    return 1 + beta * Math.log(1 + steps);
  }

  static double max(double[] z) {
    return Arrays.stream(z).max().orElseThrow();
  }

  static double sum(double[] z) {
    return Arrays.stream(z).sum();
  }

  static double[] map(double[] z, DoubleUnaryOperator f) {
    return Arrays.stream(z).map(f).toArray();
  }

  private static double[] descending(double[] z) {
    double[] sorted = map(z, x -> -x);
    Arrays.sort(sorted);
    return map(sorted, x -> -x);
  }

  private static double square(double x) {
    return x * x;
  }
}
