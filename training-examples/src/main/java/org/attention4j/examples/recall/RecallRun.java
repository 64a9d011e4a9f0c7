package org.attention4j.examples.recall;

import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.attention4j.examples.retrieval.RecallTask;
import org.attention4j.examples.support.NamedAttention;

/**
 * What one model that answers questions came to.
 *
 * @param task what was asked
 * @param attention what is in the attention layer
 * @param seed the seed
 * @param lengths what it did at each length, ascending
 */
record RecallRun(RecallTask task, NamedAttention attention, long seed, List<AtLength> lengths) {
  /** Fails for a file that lacks something. */
  RecallRun {
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(attention, "attention");
    lengths = List.copyOf(lengths);
  }

  /**
   * A model at one length.
   *
   * @param length L
   * @param accuracy the share of right answers
   * @param heads its heads
   */
  record AtLength(int length, double accuracy, List<Head> heads) {
    /** Fails for a file that lacks something. */
    AtLength {
      heads = List.copyOf(heads);
    }

    /** The mean over heads of one number. */
    double mean(ToDoubleFunction<Head> number) {
      return heads.stream().mapToDouble(number).average().orElse(Double.NaN);
    }
  }

  /**
   * One head, as means over questions.
   *
   * @param head from 0
   * @param entropy entropy / log L
   * @param largest the largest weight
   * @param separable N_s/N of the items, scaled to length one
   * @param distance d̃ of the items, scaled to length one
   * @param extremes of all questions
   */
  record Head(
      int head,
      double entropy,
      double largest,
      double separable,
      double distance,
      Extremes extremes) {
    /** Fails for a file that lacks something. */
    Head {
      Objects.requireNonNull(extremes, "extremes");
    }
  }

  /**
   * What never was exceeded.
   *
   * @param minWeight the smallest weight
   * @param maxWeight the largest weight
   * @param minScore the smallest score
   * @param maxScore the largest score
   */
  record Extremes(double minWeight, double maxWeight, double minScore, double maxScore) {
    static final Extremes NONE =
        new Extremes(
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY);

    /** With one more row. */
    Extremes with(double[] weights, double[] scores) {
      double smallestWeight = minWeight;
      double largestWeight = maxWeight;
      double smallestScore = minScore;
      double largestScore = maxScore;
      for (int i = 0; i < weights.length; i++) {
        smallestWeight = Math.min(smallestWeight, weights[i]);
        largestWeight = Math.max(largestWeight, weights[i]);
        smallestScore = Math.min(smallestScore, scores[i]);
        largestScore = Math.max(largestScore, scores[i]);
      }
      return new Extremes(smallestWeight, largestWeight, smallestScore, largestScore);
    }

    /** Of both. */
    Extremes and(Extremes other) {
      return with(
          new double[] {other.minWeight, other.maxWeight},
          new double[] {other.minScore, other.maxScore});
    }
  }

  /** What it did at one length. */
  AtLength at(int length) {
    return lengths.stream().filter(each -> each.length() == length).findFirst().orElseThrow();
  }
}
