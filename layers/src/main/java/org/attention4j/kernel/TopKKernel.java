package org.attention4j.kernel;

import java.util.function.IntUnaryOperator;

/** softmax over the largest scores; of equal ones those with the lowest index are kept. */
final class TopKKernel implements RowKernel {
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
      context.save(0, k);
    }
    keep(row, k, max, context);
  }

  @Override
  public void restore(Row row, RowContext context) {
    if (savesCount) {
      keep(row, (int) context.saved(0), row.largestScore(), context);
    } else {
      forward(row, context);
    }
  }

  @Override
  public int savedValues() {
    return savesCount ? 1 : 0;
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
