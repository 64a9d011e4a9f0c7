package org.attention4j.kernel;

/** softmax(z / T); with T learnable, its logarithm is the parameter. */
final class SoftmaxKernel implements RowKernel {
  private static final int MAX = 0;
  private static final int SHARE = 1;

  private final double coldness;
  private final boolean learnable;

  SoftmaxKernel(double temperature, boolean learnable) {
    this.coldness = 1 / temperature;
    this.learnable = learnable;
  }

  private double coldness(RowContext context) {
    return learnable ? Math.exp(-context.parameter(0)) : coldness;
  }

  @Override
  public void forward(Row row, RowContext context) {
    double max = row.largestScore();
    double share = 1 / exp(row, max, 1, context);
    row.multiply(share);
    context.save(MAX, max);
    context.save(SHARE, share);
  }

  @Override
  public void restore(Row row, RowContext context) {
    row.limitAsFor(context.saved(MAX));
    exp(row, context.saved(MAX), context.saved(SHARE), context);
  }

  private double exp(Row row, double max, double factor, RowContext context) {
    double c = coldness(context);
    if (c == 1) {
      return row.exp(max, factor);
    }
    row.affine(max, c);
    return row.exp(0, factor);
  }

  @Override
  public void backward(Row scores, Row weights, Row gradient, RowContext context) {
    gradient.center(weights, context.mean(weights, gradient), coldness(context));
    if (learnable) {
      scores.limit();
      scores.affine(context.saved(MAX), 1);
      scores.limit(Row.FAR / coldness(context));
      context.addGradient(0, -scores.dot(gradient));
    }
  }

  @Override
  public int savedValues() {
    return 2;
  }

  @Override
  public boolean readsScores() {
    return learnable;
  }

  @Override
  public boolean worksOnSlices() {
    return true;
  }
}
