package org.attention4j.kernel;

/** A kernel on c tanh(z / c). */
final class SoftCapKernel implements RowKernel {
  private final RowKernel kernel;
  private final double cap;

  SoftCapKernel(RowKernel kernel, double cap) {
    this.kernel = kernel;
    this.cap = cap;
  }

  @Override
  public void forward(Row row, RowContext context) {
    row.softCap(cap);
    kernel.forward(row, context);
  }

  @Override
  public void restore(Row row, RowContext context) {
    row.softCap(cap);
    kernel.restore(row, context);
  }

  @Override
  public void backward(Row scores, Row weights, Row gradient, RowContext context) {
    Row capped = scores;
    if (kernel.readsScores()) {
      capped = scores.detached();
      capped.softCap(cap);
    }
    kernel.backward(capped, weights, gradient, context);
    gradient.softCapSlope(scores, cap);
  }

  @Override
  public int savedValues() {
    return kernel.savedValues();
  }

  @Override
  public boolean readsScores() {
    return true;
  }

  @Override
  public Sparsity sparsity() {
    return kernel.sparsity();
  }

  @Override
  public boolean worksOnSlices() {
    return kernel.worksOnSlices();
  }
}
