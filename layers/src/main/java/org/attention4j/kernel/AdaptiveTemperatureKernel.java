package org.attention4j.kernel;

/** softmax(β z) with β = max(polynomial(H), 1), H the entropy of softmax(z). */
final class AdaptiveTemperatureKernel implements RowKernel {
  private static final int MAX = 0;
  private static final int SHARE = 1;
  private static final int BETA = 2;

  private final double[] polynomial;

  AdaptiveTemperatureKernel(double[] polynomial) {
    this.polynomial = polynomial;
  }

  @Override
  public void forward(Row row, RowContext context) {
    double max = row.largestScore();
    row.affine(max, 1);
    row.limit(Row.FAR);
    double beta = beta(entropy(row, softmax(row)));
    row.multiply(beta);
    double share = 1 / row.exp(0, 1);
    row.multiply(share);
    context.save(MAX, max);
    context.save(SHARE, share);
    context.save(BETA, beta);
  }

  @Override
  public void restore(Row row, RowContext context) {
    row.limitAsFor(context.saved(MAX));
    row.affine(context.saved(MAX), context.saved(BETA));
    row.exp(0, context.saved(SHARE));
  }

  @Override
  public void backward(Row scores, Row weights, Row gradient, RowContext context) {
    gradient.center(weights, weights.dot(gradient), 1);
    scores.limitAsFor(context.saved(MAX));
    scores.affine(context.saved(MAX), 1);
    scores.limit(Row.FAR);
    double betaGradient = gradient.dot(scores);
    gradient.multiply(context.saved(BETA));
    Row softmax = softmax(scores);
    double slope = slope(entropy(scores, softmax));
    // dH/dz_i = -q_i (z_i - <q, z>)
    scores.center(softmax, softmax.dot(scores), 1);
    gradient.add(scores, -betaGradient * slope);
  }

  private static Row softmax(Row shifted) {
    Row q = shifted.spare(shifted.length());
    q.copy(shifted);
    q.multiply(1 / q.exp(0, 1));
    return q;
  }

  /** Of a row whose largest score is zero: log Σ e^z is minus the logarithm of its weight. */
  private static double entropy(Row shifted, Row softmax) {
    return -Math.log(softmax.max()) - softmax.dot(shifted);
  }

  private double beta(double entropy) {
    double value = 0;
    for (double coefficient : polynomial) {
      value = value * entropy + coefficient;
    }
    return Math.max(value, 1);
  }

  private double slope(double entropy) {
    if (beta(entropy) <= 1) {
      return 0;
    }
    double value = 0;
    int power = polynomial.length - 1;
    for (int i = 0; i < power; i++) {
      value = value * entropy + (power - i) * polynomial[i];
    }
    return value;
  }

  @Override
  public int savedValues() {
    return 3;
  }

  @Override
  public boolean readsScores() {
    return true;
  }
}
