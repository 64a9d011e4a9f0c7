package org.attention4j.kernel;

/** relu(z) / n. */
final class ReluKernel implements RowKernel {
  @Override
  public void forward(Row row, RowContext context) {
    double share = 1.0 / context.visibleCount();
    for (int i = 0; i < row.length(); i++) {
      row.set(i, Math.min(Math.max(row.get(i), 0), Row.LARGEST_SCORE) * share);
    }
  }

  @Override
  public void backward(Row scores, Row weights, Row gradient, RowContext context) {
    double share = 1.0 / context.visibleCount();
    for (int i = 0; i < weights.length(); i++) {
      gradient.set(i, weights.get(i) > 0 ? gradient.get(i) * share : 0);
    }
  }

  @Override
  public Sparsity sparsity() {
    return Sparsity.WEIGHTS_AND_GRADIENT;
  }
}
