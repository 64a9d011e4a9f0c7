package org.attention4j.internal.probes;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.attention4j.internal.graph.HostArrays;
import org.attention4j.monitor.metrics.HeadProbe.Largest;
import org.attention4j.normalizer.NormalizerContext;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The scores that a graph has computed, [b, h, Tq, Tk], read one row or one head of one example at
 * a time.
 */
final class ScoreMatrices {
  /** Every masked score is below, and every visible one above, whatever the type rounds to. */
  private static final double HIDDEN = NormalizerContext.MASKED_SCORE / 2;

  /** Masked scores are limited, so what is as large may have been infinite. */
  private static final double LIMIT = NormalizerContext.LARGEST_SCORE * (1 - 1e-6);

  private final INDArray scores;
  private final boolean masked;
  private final int examples;
  private final int heads;
  private final int queries;
  private final int keys;

  /**
   * Wraps an array, which is not copied.
   *
   * @param masked whether scores of hidden keys are in it
   */
  ScoreMatrices(INDArray scores, boolean masked) {
    this.scores = scores;
    this.masked = masked;
    examples = Math.toIntExact(scores.size(0));
    heads = Math.toIntExact(scores.size(1));
    queries = Math.toIntExact(scores.size(2));
    keys = Math.toIntExact(scores.size(3));
  }

  int examples() {
    return examples;
  }

  int heads() {
    return heads;
  }

  int queries() {
    return queries;
  }

  int keys() {
    return keys;
  }

  /** One row of an array [b, h, Tq, Tk]. */
  double[] row(INDArray array, int example, int head, int query) {
    return HostArrays.numbers(
        array.tensorAlongDimension((example * heads + head) * queries + query, 3));
  }

  /** The keys that a row of scores sees, ascending. */
  int[] visible(double[] row) {
    return IntStream.range(0, keys).filter(key -> isVisible(row[key])).toArray();
  }

  private boolean isVisible(double score) {
    return !(masked && score < HIDDEN);
  }

  /** The scores of some keys of a row; infinite where they have been limited. */
  double[] at(int[] wanted, double[] row) {
    return Arrays.stream(wanted).mapToDouble(key -> unlimited(row[key])).toArray();
  }

  private double unlimited(double score) {
    return masked && Math.abs(score) >= LIMIT ? score * Double.POSITIVE_INFINITY : score;
  }

  /**
   * Of one example: which keys any query of any head sees, and the largest scores of each query.
   */
  record Example(boolean[] seen, double[][] scores, double[][] products) {}

  /**
   * Reads all rows of one example.
   *
   * @param unbiased the scores before anything was added, of the same shape; null if nothing was
   */
  Example read(int example, @Nullable INDArray unbiased) {
    boolean[] seen = new boolean[keys];
    double[][] largest = new double[heads][queries];
    double[][] products = new double[heads][queries];
    for (int head = 0; head < heads; head++) {
      double[] z = matrix(scores, example, head);
      double[] plain = unbiased == null ? z : matrix(unbiased, example, head);
      Arrays.fill(largest[head], -1);
      Arrays.fill(products[head], -1);
      for (int i = 0; i < z.length; i++) {
        if (isVisible(z[i])) {
          int query = i / keys;
          seen[i % keys] = true;
          largest[head][query] = Math.max(largest[head][query], Math.abs(unlimited(z[i])));
          products[head][query] = Math.max(products[head][query], Math.abs(plain[i]));
        }
      }
    }
    return new Example(seen, largest, products);
  }

  private double[] matrix(INDArray array, int example, int head) {
    return HostArrays.numbers(array.tensorAlongDimension(example * heads + head, 2, 3));
  }

  /**
   * The largest scores of a head over all examples.
   *
   * @param read all examples
   * @param ownPositions whether a query is padding where the key with its number is
   * @param biased whether products are something else than scores
   * @return null if no query of the head sees a key
   */
  static @Nullable Largest largest(
      Iterable<Example> read, int head, boolean ownPositions, boolean biased) {
    double score = -1;
    double product = -1;
    for (Example example : read) {
      for (int query = 0; query < example.scores()[head].length; query++) {
        if (!ownPositions || example.seen()[query]) {
          score = Math.max(score, example.scores()[head][query]);
          product = Math.max(product, example.products()[head][query]);
        }
      }
    }
    return score < 0
        ? null
        : new Largest(score, biased ? OptionalDouble.of(product) : OptionalDouble.empty());
  }
}
