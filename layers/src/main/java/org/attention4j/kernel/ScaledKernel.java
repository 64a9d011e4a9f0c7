package org.attention4j.kernel;

/** A kernel on scores times a {@link RowFactor}. */
final class ScaledKernel implements RowKernel {
  private final RowKernel kernel;
  private final boolean shiftInvariant;
  private final RowFactor factor;
  private final int shiftAt;

  ScaledKernel(RowKernel kernel, boolean shiftInvariant, RowFactor factor) {
    this.kernel = kernel;
    this.shiftInvariant = shiftInvariant;
    this.factor = factor;
    shiftAt = kernel.savedValues();
  }

  @Override
  public void forward(Row row, RowContext context) {
    // The largest score is searched first: it comes into range as all others do.
    double shift = shiftInvariant ? limited(row.max()) : 0;
    context.save(shiftAt, shift);
    row.limitedAffine(shift, factor.factor(context));
    kernel.forward(row, InnerContext.of(context, factor.parameters()));
  }

  private static double limited(double score) {
    return Math.max(-Row.LARGEST_SCORE, Math.min(Row.LARGEST_SCORE, score));
  }

  @Override
  public void restore(Row row, RowContext context) {
    row.limitedAffine(context.saved(shiftAt), factor.factor(context));
    kernel.restore(row, InnerContext.of(context, factor.parameters()));
  }

  @Override
  public void backward(Row scores, Row weights, Row gradient, RowContext context) {
    double c = factor.factor(context);
    double shift = context.saved(shiftAt);
    if (readsScores()) {
      scores.limit();
    }
    Row scaled = scores;
    if (kernel.readsScores()) {
      scaled = scores.detached();
      scaled.affine(shift, c);
    }
    kernel.backward(scaled, weights, gradient, InnerContext.of(context, factor.parameters()));
    if (factor.parameters() > 0) {
      scores.affine(shift, 1);
      if (shiftInvariant) {
        scores.limit(Math.min(Row.FAR / Math.abs(c), Row.LARGEST_SCORE));
      }
      factor.backward(scores.dot(gradient), context);
    }
    gradient.multiply(c);
  }

  @Override
  public int savedValues() {
    return shiftAt + 1;
  }

  @Override
  public boolean readsScores() {
    return factor.parameters() > 0 || kernel.readsScores();
  }

  @Override
  public Sparsity sparsity() {
    return kernel.sparsity();
  }

  @Override
  public boolean worksOnSlices() {
    return kernel.worksOnSlices();
  }
}
