package org.attention4j.kernel;

import java.util.function.IntUnaryOperator;

/** softmax over the largest scores; of equal ones those with the lowest index are kept. */
final class TopKKernel implements RowKernel {
  private final IntUnaryOperator kept;

  TopKKernel(IntUnaryOperator kept) {
    this.kept = kept;
  }

  @Override
  public void forward(Row row, RowContext context) {
    int k = Math.min(kept.applyAsInt(context.visibleCount()), row.length());
    keep(row, k, row.largestScore(), context);
  }

  /** Softmax over the k largest scores of a row whose largest one is known. */
  static void keep(Row row, int k, double max, RowContext context) {
    if (k == row.length() || Double.isNaN(max)) {
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
