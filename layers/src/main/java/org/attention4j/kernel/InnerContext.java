package org.attention4j.kernel;

/** The context of a kernel inside another one: its parameters come after those of the outer one. */
final class InnerContext implements RowContext {
  private final RowContext outer;
  private final int firstParameter;

  private InnerContext(RowContext outer, int firstParameter) {
    this.outer = outer;
    this.firstParameter = firstParameter;
  }

  /**
   * The context for the inner kernel.
   *
   * @param outer that of the outer kernel
   * @param outerParameters how many parameters the outer kernel has of its own
   */
  static RowContext of(RowContext outer, int outerParameters) {
    return outerParameters == 0 ? outer : new InnerContext(outer, outerParameters);
  }

  @Override
  public int visibleCount() {
    return outer.visibleCount();
  }

  @Override
  public double parameter(int index) {
    return outer.parameter(firstParameter + index);
  }

  @Override
  public void addGradient(int index, double gradient) {
    outer.addGradient(firstParameter + index, gradient);
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
    outer.support(count);
  }

  @Override
  public double mean(Row weights, Row gradient) {
    return outer.mean(weights, gradient);
  }
}
