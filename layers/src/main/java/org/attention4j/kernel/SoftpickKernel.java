package org.attention4j.kernel;

/**
 * relu(e^z - 1) / Σ |e^z - 1|, both brought into range by e^-m, m = max(max z, 0).
 *
 * <p>Scores below zero have no weight but a gradient.
 */
final class SoftpickKernel implements RowKernel {
  /** Below this size of z, e^z - 1 is not taken as a difference. */
  private static final double SMALL = 0.25;

  private static final int SHIFT = 0;
  private static final int SHARE = 1;

  @Override
  public void forward(Row row, RowContext context) {
    double m = Math.max(row.largestScore(), 0);
    double one = Math.exp(-m);
    double[] rectified = row.scratch();
    double sum = 0;
    for (int i = 0; i < row.length(); i++) {
      double z = row.get(i);
      double r = Math.abs(z) < SMALL ? Math.expm1(z) * one : Math.exp(z - m) - one;
      sum += Math.abs(r);
      rectified[i] = Math.max(r, 0);
    }
    // A division: of a row of denormal numbers the inverse of the sum is infinite.
    for (int i = 0; i < row.length(); i++) {
      row.set(i, sum == 0 ? 0 : rectified[i] / sum);
    }
    context.save(SHIFT, m);
    context.save(SHARE, sum == 0 ? 1 : Math.min(1 / sum, Row.LARGEST_SCORE));
  }

  @Override
  public void backward(Row scores, Row weights, Row gradient, RowContext context) {
    double mean = weights.dot(gradient);
    double share = context.saved(SHARE);
    scores.limitAsFor(context.saved(SHIFT));
    Row slopes = scores.spare(scores.length());
    slopes.copy(scores);
    slopes.exp(context.saved(SHIFT), share);
    for (int i = 0; i < scores.length(); i++) {
      double z = scores.get(i);
      double direct = z > 0 ? gradient.get(i) : 0;
      gradient.set(i, slopes.get(i) * (direct - Math.signum(z) * mean));
    }
  }

  @Override
  public int savedValues() {
    return 2;
  }

  @Override
  public boolean readsScores() {
    return true;
  }

  @Override
  public Sparsity sparsity() {
    return Sparsity.WEIGHTS;
  }
}
