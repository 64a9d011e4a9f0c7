package org.attention4j.kernel;

/**
 * softmax over the fewest largest scores whose exponentials sum to a share of the sum of all; of
 * equal ones those with the lowest index are kept. How many these are is decided in double
 * precision for both types of row.
 */
final class TopPKernel implements RowKernel {
  private final double share;

  TopPKernel(double share) {
    this.share = share;
  }

  @Override
  public void forward(Row row, RowContext context) {
    double max = row.largestScore();
    int k = Double.isNaN(max) ? row.length() : row.countOfShare(share, max);
    TopKKernel.keep(row, k, max, context);
  }

  @Override
  public void backward(Row scores, Row weights, Row gradient, RowContext context) {
    gradient.center(weights, weights.dot(gradient), 1);
  }

  @Override
  public Sparsity sparsity() {
    return Sparsity.WEIGHTS_AND_GRADIENT;
  }
}
