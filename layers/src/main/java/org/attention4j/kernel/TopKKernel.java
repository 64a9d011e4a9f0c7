package org.attention4j.kernel;

import java.util.function.IntUnaryOperator;

/** softmax over the largest scores; of equal ones those with the lowest index are kept. */
final class TopKKernel implements RowKernel {
  /** What is saved: the smallest kept score of a dense row; NaN if others equal it. */
  private static final int THRESHOLD = 0;

  /** The largest score. */
  private static final int MAX = 1;

  /** One over the sum of exponentials, if there is a threshold. */
  private static final int FACTOR = 2;

  /** How many scores are kept, if that follows from all of them. */
  private static final int COUNT = 3;

  private final Count count;

  /** Whether the count follows from all scores. A row that lacks some cannot count them again. */
  private final boolean savesCount;

  /** How many scores of a row to keep. */
  @FunctionalInterface
  private interface Count {
    /**
     * Counts.
     *
     * @param max the largest score; not NaN
     * @return at least 1; more than the length of the row means all
     */
    int of(Row row, double max, RowContext context);
  }

  private TopKKernel(Count count, boolean savesCount) {
    this.count = count;
    this.savesCount = savesCount;
  }

  /** Keeps a number that depends on how many scores are visible. */
  static TopKKernel ofNumber(IntUnaryOperator kept) {
    return new TopKKernel((row, max, context) -> kept.applyAsInt(context.visibleCount()), false);
  }

  /**
   * Keeps the fewest largest scores whose exponentials sum to a share of the sum of all. How many
   * these are is decided in double precision for both types of row.
   */
  static TopKKernel ofShare(double share) {
    return new TopKKernel((row, max, context) -> row.countOfShare(share, max), true);
  }

  @Override
  public void forward(Row row, RowContext context) {
    double max = row.largestScore();
    int k = Double.isNaN(max) ? row.length() : count.of(row, max, context);
    if (savesCount) {
      context.save(COUNT, k);
    }
    float threshold = Float.NaN;
    double factor = Double.NaN;
    if (row instanceof FloatRow floats && DenseTopK.suits(k, row.length())) {
      threshold = DenseTopK.threshold(floats, k, max);
      if (!Float.isNaN(threshold)) {
        factor = 1 / DenseTopK.weights(floats, threshold, max, 1);
        row.multiply(factor);
      }
    }
    context.save(THRESHOLD, threshold);
    context.save(MAX, max);
    context.save(FACTOR, factor);
    if (Float.isNaN(threshold)) {
      keep(row, k, max, context);
    }
  }

  @Override
  public void restore(Row row, RowContext context) {
    double max = context.saved(MAX);
    row.limitAsFor(max);
    int k = row.length();
    if (!Double.isNaN(max)) {
      k = savesCount ? (int) context.saved(COUNT) : count.of(row, max, context);
    }
    float threshold = (float) context.saved(THRESHOLD);
    // Scores that were rounded otherwise than in the forward pass may miss a threshold among them.
    if (row instanceof FloatRow floats && floats.count(threshold) == k) {
      DenseTopK.weights(floats, threshold, max, context.saved(FACTOR));
    } else {
      keep(row, k, max, context);
    }
  }

  @Override
  public int savedValues() {
    return savesCount ? COUNT + 1 : COUNT;
  }

  private static void keep(Row row, int k, double max, RowContext context) {
    if (k >= row.length()) {
      row.multiply(1 / row.exp(max, 1));
      return;
    }
    Row largest = row.largest(k, max);
    int[] indices = row.indices();
    largest.multiply(1 / largest.exp(max, 1));
    row.fill(0);
    for (int j = 0; j < k; j++) {
      row.set(indices[j], largest.get(j));
    }
    context.support(k);
  }

  @Override
  public void backward(Row scores, Row weights, Row gradient, RowContext context) {
    gradient.center(weights, weights.dot(gradient), 1);
  }

  @Override
  public Sparsity sparsity() {
    return Sparsity.WEIGHTS_AND_GRADIENT;
  }
}
