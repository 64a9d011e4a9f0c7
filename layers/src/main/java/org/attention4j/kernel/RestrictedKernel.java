package org.attention4j.kernel;

/**
 * Another kernel's weights, of which the N largest of each row are kept; of equal ones those with
 * the lowest index.
 */
final class RestrictedKernel implements RowKernel {
  private final RowKernel kernel;
  private final int count;
  private final boolean renormalised;

  RestrictedKernel(RowKernel kernel, int count, boolean renormalised) {
    this.kernel = kernel;
    this.count = count;
    this.renormalised = renormalised;
  }

  @Override
  public void forward(Row row, RowContext context) {
    kernel.forward(row, new Unrestricted(context));
    restrict(row, context);
  }

  @Override
  public void restore(Row row, RowContext context) {
    kernel.restore(row, new Unrestricted(context));
    restrict(row, context);
  }

  private void restrict(Row row, RowContext context) {
    double mass = row.sum();
    if (Double.isNaN(mass)) {
      return;
    }
    if (count < row.length()) {
      keepLargest(row, context);
    }
    if (renormalised) {
      double kept = row.sum();
      if (kept > 0) {
        row.multiply(1 / kept);
      }
    }
  }

  private void keepLargest(Row row, RowContext context) {
    int[] places = row.indices();
    Selection.places(row::get, row.length(), count, row.scratch(), places);
    int next = 0;
    int support = 0;
    for (int i = 0; i < row.length(); i++) {
      if (next < count && places[next] == i) {
        next++;
        if (row.get(i) != 0) {
          places[support++] = i; // never after the place that is read
        }
      } else {
        row.set(i, 0);
      }
    }
    context.support(support);
  }

  /** Which weights are kept counts as fixed: a weight that is zero has no gradient. */
  @Override
  public void backward(Row scores, Row weights, Row gradient, RowContext context) {
    RowContext unrestricted = new Unrestricted(context);
    Row all = scores.detached();
    kernel.restore(all, unrestricted);
    double mean = 0;
    double factor = 1;
    if (renormalised) {
      double kept = 0;
      for (int i = 0; i < weights.length(); i++) {
        kept += weights.get(i) == 0 ? 0 : all.get(i);
      }
      if (kept > 0) {
        mean = weights.dot(gradient);
        factor = 1 / kept;
      }
    }
    for (int i = 0; i < weights.length(); i++) {
      gradient.set(i, weights.get(i) == 0 ? 0 : factor * (gradient.get(i) - mean));
    }
    kernel.backward(scores, all, gradient, unrestricted);
  }

  @Override
  public int savedValues() {
    return kernel.savedValues();
  }

  @Override
  public boolean readsScores() {
    return true;
  }

  @Override
  public Sparsity sparsity() {
    return Sparsity.WEIGHTS;
  }

  /** The context of the kernel inside, whose weights and their gradient are others. */
  private record Unrestricted(RowContext outer) implements RowContext {
    @Override
    public int visibleCount() {
      return outer.visibleCount();
    }

    @Override
    public double parameter(int index) {
      return outer.parameter(index);
    }

    @Override
    public void addGradient(int index, double gradient) {
      outer.addGradient(index, gradient);
    }

    @Override
    public void save(int index, double value) {
      outer.save(index, value);
    }

    @Override
    public double saved(int index) {
      return outer.saved(index);
    }

    @Override
    public void support(int count) {
      // The restriction says which weights are left.
    }

    @Override
    public double mean(Row weights, Row gradient) {
      return weights.dot(gradient);
    }
  }
}
