package org.attention4j.kernel;

/** softmax beside one more logit whose weight is dropped; the logit may be learnable. */
final class SinkKernel implements RowKernel {
  private static final int MAX = 0;
  private static final int SHARE = 1;

  private final double logit;
  private final boolean learnable;

  SinkKernel(double logit, boolean learnable) {
    this.logit = logit;
    this.learnable = learnable;
  }

  private double logit(RowContext context) {
    double s = learnable ? context.parameter(0) : logit;
    return Math.max(-Row.LARGEST_SCORE, Math.min(Row.LARGEST_SCORE, s));
  }

  @Override
  public void forward(Row row, RowContext context) {
    double s = logit(context);
    double max = Math.max(row.largestScore(), s);
    double share = 1 / (row.exp(max, 1) + Math.exp(s - max));
    row.multiply(share);
    context.save(MAX, max);
    context.save(SHARE, share);
  }

  @Override
  public void restore(Row row, RowContext context) {
    row.limitAsFor(context.saved(MAX));
    row.exp(context.saved(MAX), context.saved(SHARE));
  }

  @Override
  public void backward(Row scores, Row weights, Row gradient, RowContext context) {
    double mean = context.mean(weights, gradient);
    gradient.center(weights, mean, 1);
    if (learnable) {
      double weight = Math.exp(logit(context) - context.saved(MAX)) * context.saved(SHARE);
      context.addGradient(0, -weight * mean);
    }
  }

  @Override
  public int savedValues() {
    return 2;
  }

  /** The gradient of the logit is one number a row, not a sum over it. */
  @Override
  public boolean worksOnSlices() {
    return !learnable;
  }
}
