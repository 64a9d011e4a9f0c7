package org.attention4j.normalizer;

import org.attention4j.kernel.RowContext;
import org.attention4j.kernel.RowFactor;

/** s log n as a factor on the scores of a row. */
final class LogLengthFactor implements RowFactor {
  /** With s as learnable parameter. */
  static final RowFactor LEARNABLE = new LogLengthFactor();

  private LogLengthFactor() {}

  /** With a fixed s. */
  static RowFactor fixed(double s) {
    return context -> s * Math.log(context.visibleCount());
  }

  @Override
  public double factor(RowContext context) {
    return context.parameter(0) * Math.log(context.visibleCount());
  }

  @Override
  public void backward(double factorGradient, RowContext context) {
    context.addGradient(0, factorGradient * Math.log(context.visibleCount()));
  }

  @Override
  public int parameters() {
    return 1;
  }
}
