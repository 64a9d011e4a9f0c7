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
    double max = row.max();
    if (k == n || Double.isNaN(max)) {
      row.multiply(1 / row.exp(max, 1));
      return;
    }
    int found = row.atLeast(row.lowerBound(k));
    int[] indices = row.indices();
    double[] values = row.scratch();
    for (int j = 0; j < found; j++) {
      values[j] = row.get(indices[j]);
    }
    if (found - k <= FloatRow.CLOSE) {
      dropSmallest(indices, values, found, found - k);
    } else {
      dropBelow(row, indices, found, k, Selection.largest(values, found, k));
    }
    keep(row, indices, k, max);
    context.support(k);
  }

  /** Takes out the smallest one by one, of equal ones the last. */
  private static void dropSmallest(int[] indices, double[] values, int found, int surplus) {
    int count = found;
    for (int i = 0; i < surplus; i++) {
      int smallest = 0;
      for (int j = 1; j < count; j++) {
        if (values[j] <= values[smallest]) {
          smallest = j;
        }
      }
      count--;
      System.arraycopy(indices, smallest + 1, indices, smallest, count - smallest);
      System.arraycopy(values, smallest + 1, values, smallest, count - smallest);
    }
  }

  /** Takes out all below the k-th largest value, and of those equal to it the last. */
  private static void dropBelow(Row row, int[] indices, int found, int k, double smallest) {
    int ties = k;
    for (int j = 0; j < found; j++) {
      if (row.get(indices[j]) > smallest) {
        ties--;
      }
    }
    int count = 0;
    for (int j = 0; j < found; j++) {
      double z = row.get(indices[j]);
      if (z > smallest || (z == smallest && ties-- > 0)) {
        indices[count++] = indices[j];
      }
    }
  }

  private static void keep(Row row, int[] indices, int k, double max) {
    Row selected = row.spare(k);
    for (int j = 0; j < k; j++) {
      selected.set(j, row.get(indices[j]));
    }
    selected.multiply(1 / selected.exp(max, 1));
    row.fill(0);
    for (int j = 0; j < k; j++) {
      row.set(indices[j], selected.get(j));
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
