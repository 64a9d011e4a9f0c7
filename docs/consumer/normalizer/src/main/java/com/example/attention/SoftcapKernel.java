package com.example.attention;

import org.attention4j.kernel.Row;
import org.attention4j.kernel.RowContext;
import org.attention4j.kernel.RowKernel;

/** The same function on one row; parameter 0 is log c. */
final class SoftcapKernel implements RowKernel {
  @Override
  public void forward(Row row, RowContext context) {
    double c = Math.exp(context.parameter(0));
    for (int i = 0; i < row.length(); i++) {
      row.set(i, c * Math.tanh(row.get(i) / c));
    }
    row.multiply(1 / row.exp(row.max(), 1));
  }

  @Override
  public void backward(Row scores, Row weights, Row gradient, RowContext context) {
    double c = Math.exp(context.parameter(0));
    gradient.center(weights, weights.dot(gradient), 1);
    double capGradient = 0;
    for (int i = 0; i < scores.length(); i++) {
      double u = scores.get(i) / c;
      double tanh = Math.tanh(u);
      double slope = 1 - tanh * tanh;
      capGradient += gradient.get(i) * (tanh - u * slope);
      gradient.set(i, gradient.get(i) * slope);
    }
    context.addGradient(0, capGradient * c);
  }

  @Override
  public boolean readsScores() {
    return true;
  }
}
