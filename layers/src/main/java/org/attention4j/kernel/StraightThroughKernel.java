package org.attention4j.kernel;

/** The weights of one kernel with the gradient of softmax(z / T). */
final class StraightThroughKernel implements RowKernel {
  private final RowKernel kernel;
  private final double coldness;

  StraightThroughKernel(RowKernel kernel, double temperature) {
    this.kernel = kernel;
    this.coldness = 1 / temperature;
  }

  @Override
  public void forward(Row row, RowContext context) {
    kernel.forward(row, context);
  }

  @Override
  public void restore(Row row, RowContext context) {
    kernel.restore(row, context);
  }

  @Override
  public int savedValues() {
    return kernel.savedValues();
  }

  @Override
  public void backward(Row scores, Row weights, Row gradient, RowContext context) {
    scores.affine(scores.largestScore(), coldness);
    scores.multiply(1 / scores.exp(0, 1));
    gradient.center(scores, scores.dot(gradient), coldness);
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
