package org.attention4j.kernel;

/** A factor on the scores of a row: a function of the number of visible keys and of parameters. */
public interface RowFactor {
  /**
   * The factor of a row.
   *
   * @param context the row's number of visible keys and the parameters
   * @return the factor
   */
  double factor(RowContext context);

  /**
   * Adds the gradients of the parameters to the context.
   *
   * @param factorGradient dL/dfactor
   * @param context the row's number of visible keys and the parameters
   */
  default void backward(double factorGradient, RowContext context) {}

  /**
   * How many learnable parameters the factor has.
   *
   * @return 0 by default
   */
  default int parameters() {
    return 0;
  }
}
