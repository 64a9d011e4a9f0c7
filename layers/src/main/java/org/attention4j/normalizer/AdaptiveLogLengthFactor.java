package org.attention4j.normalizer;

import org.attention4j.kernel.RowContext;
import org.attention4j.kernel.RowFactor;

/** 1 + softplus(b) (log n)^(2 tanh c) as a factor on the scores of a row. */
final class AdaptiveLogLengthFactor implements RowFactor {
  static final RowFactor INSTANCE = new AdaptiveLogLengthFactor();

  private AdaptiveLogLengthFactor() {}

  @Override
  public double factor(RowContext context) {
    return 1 + beta(context) * growth(context);
  }

  private static double beta(RowContext context) {
    double b = context.parameter(0);
    return Math.max(b, 0) + Math.log1p(Math.exp(-Math.abs(b)));
  }

  private static double growth(RowContext context) {
    return Math.pow(logLength(context), 2 * Math.tanh(context.parameter(1)));
  }

  /** A single visible key has weight one at any scale; its log n = 0 has no negative power. */
  private static double logLength(RowContext context) {
    return context.visibleCount() == 1 ? 1 : Math.log(context.visibleCount());
  }

  @Override
  public void backward(double factorGradient, RowContext context) {
    double growth = growth(context);
    double logistic = 1 / (1 + Math.exp(-context.parameter(0)));
    double tanh = Math.tanh(context.parameter(1));
    double power = 2 * (1 - tanh * tanh) * Math.log(logLength(context));
    context.addGradient(0, factorGradient * logistic * growth);
    context.addGradient(1, factorGradient * beta(context) * growth * power);
  }

  @Override
  public int parameters() {
    return 2;
  }
}
