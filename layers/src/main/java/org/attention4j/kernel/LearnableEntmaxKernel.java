package org.attention4j.kernel;

/**
 * entmax with α between two ends, moved by a learnable parameter a: α = low + (high - low) σ(a).
 * The derivative by α is that of G. Correia, V. Niculae and A. Martins, 2019.
 */
final class LearnableEntmaxKernel implements RowKernel {
  private final double lowest;
  private final double highest;

  LearnableEntmaxKernel(double lowest, double highest) {
    this.lowest = lowest;
    this.highest = highest;
  }

  private static double share(RowContext context) {
    return 1 / (1 + Math.exp(-context.parameter(0)));
  }

  private double alpha(RowContext context) {
    return lowest + (highest - lowest) * share(context);
  }

  @Override
  public void forward(Row row, RowContext context) {
    EntmaxKernel.forward(row, context, alpha(context));
  }

  @Override
  public void restore(Row row, RowContext context) {
    EntmaxKernel.restore(row, context, alpha(context));
  }

  @Override
  public int savedValues() {
    return DenseThreshold.VALUES;
  }

  @Override
  public void backward(Row scores, Row weights, Row gradient, RowContext context) {
    double share = share(context);
    double slope = (highest - lowest) * share * (1 - share);
    context.addGradient(0, byAlpha(weights, gradient, alpha(context)) * slope);
    EntmaxKernel.backward(weights, gradient, alpha(context));
  }

  /**
   * Σ g [(p - s) / (α-1)² - (p log p - s H) / (α-1)], s = p^(2-α) / Σ, H = Σ p log p.
   *
   * <p>p - s is small near α = 1 and divided by what is smaller still: the rounding of the row's
   * sum is taken out of p, and the difference is not taken as one, p - s = p (1 - e^((1-α) log p -
   * log Σ)).
   */
  private static double byAlpha(Row weights, Row gradient, double alpha) {
    double mass = 0;
    for (int i = 0; i < weights.length(); i++) {
      mass += weights.get(i);
    }
    double excess = alpha - 1;
    // Σ p^(2-α) - 1
    double surplus = 0;
    double information = 0;
    for (int i = 0; i < weights.length(); i++) {
      double p = weights.get(i) / mass;
      if (p > 0) {
        double log = Math.log(p);
        surplus += p * Math.expm1(-excess * log);
        information += p * log;
      }
    }
    double logTotal = Math.log1p(surplus);
    double sum = 0;
    for (int i = 0; i < weights.length(); i++) {
      double p = weights.get(i) / mass;
      if (p > 0) {
        double relative = -excess * Math.log(p) - logTotal;
        double s = p * Math.exp(relative);
        double first = -p * Math.expm1(relative) / (excess * excess);
        double second = (p * Math.log(p) - s * information) / excess;
        sum += gradient.get(i) * (first - second);
      }
    }
    return sum;
  }

  @Override
  public Sparsity sparsity() {
    return Sparsity.WEIGHTS_AND_GRADIENT;
  }
}
