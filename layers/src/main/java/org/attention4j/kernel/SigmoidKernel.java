package org.attention4j.kernel;

/** σ(z - log n). */
final class SigmoidKernel implements RowKernel {
  @Override
  public void forward(Row row, RowContext context) {
    row.sigmoid(Math.log(context.visibleCount()));
  }

  @Override
  public void backward(Row scores, Row weights, Row gradient, RowContext context) {
    for (int i = 0; i < weights.length(); i++) {
      double p = weights.get(i);
      gradient.set(i, p * (1 - p) * gradient.get(i));
    }
  }
}
