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
    int n = row.length();
    int k = Math.min(kept.applyAsInt(context.visibleCount()), n);
    double max = row.largestScore();
    if (k == n || Double.isNaN(max)) {
      row.multiply(1 / row.exp(max, 1));
      return;
    }
    int found = row.atLeast(row.lowerBound(k));
    int[] indices = row.indices();
    Row survivors = row.spare(found);
    for (int j = 0; j < found; j++) {
      survivors.set(j, row.get(indices[j]));
    }
    select(survivors, indices, found, k);
    Row selected = survivors.first(k);
    selected.multiply(1 / selected.exp(max, 1));
    row.fill(0);
    for (int j = 0; j < k; j++) {
      row.set(indices[j], selected.get(j));
    }
    context.support(k);
  }

  /** Puts the k largest first, in their order; of those equal to the smallest the last go. */
  private static void select(Row survivors, int[] indices, int found, int k) {
    double threshold = survivors.threshold(k);
    int ties = k;
    for (int j = 0; j < found; j++) {
      ties -= survivors.get(j) > threshold ? 1 : 0;
    }
    int count = 0;
    for (int j = 0; j < found; j++) {
      double z = survivors.get(j);
      if (z > threshold || (z == threshold && ties-- > 0)) {
        survivors.set(count, z);
        indices[count++] = indices[j];
      }
    }
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
