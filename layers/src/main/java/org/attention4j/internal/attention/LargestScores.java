package org.attention4j.internal.attention;

import java.util.Arrays;

/**
 * The largest magnitudes of the scores of each head, over some queries of some examples and the
 * keys that they see; below zero for a head of which no query sees a key, NaN where a score is.
 *
 * @param scores max |z|, [h]
 * @param products max |scale qᵀ k|, without linear biases, [h]
 */
public record LargestScores(float[] scores, float[] products) {
  /**
   * Of no queries yet.
   *
   * @param heads h
   */
  public LargestScores(int heads) {
    this(new float[heads], new float[heads]);
    Arrays.fill(scores, -1);
    Arrays.fill(products, -1);
  }

  void add(int head, float score, float product) {
    scores[head] = Math.max(scores[head], score);
    products[head] = Math.max(products[head], product);
  }

  /**
   * Takes in those of other queries of the same heads.
   *
   * @param other theirs
   */
  public void add(LargestScores other) {
    for (int head = 0; head < scores.length; head++) {
      add(head, other.scores[head], other.products[head]);
    }
  }
}
