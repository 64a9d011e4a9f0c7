package org.attention4j.internal.attention;

import java.util.Arrays;
import org.attention4j.kernel.Row;
import org.attention4j.kernel.RowContext;
import org.attention4j.kernel.RowKernel;

/**
 * The context of the rows of one head, one after the other: the head's parameters, the sums of
 * their gradients, and what belongs to the row at hand.
 */
public final class HeadContext implements RowContext {
  private final double[] parameters;
  private final double[] gradients;
  private final double[] saved;
  private int visibleCount;
  private double mean = Double.NaN;
  private int support = -1;

  /**
   * Makes a context whose parameters are zero.
   *
   * @param parameters how many learnable parameters each head has
   * @param savedValues how many values {@link RowKernel#savedValues()} asks for
   */
  public HeadContext(int parameters, int savedValues) {
    this.parameters = new double[parameters];
    this.gradients = new double[parameters];
    this.saved = new double[savedValues];
  }

  /**
   * Starts the next row. What was saved stays until it is overwritten.
   *
   * @param count the number of keys that its query sees
   * @return this
   */
  public HeadContext row(int count) {
    visibleCount = count;
    mean = Double.NaN;
    support = -1;
    return this;
  }

  /**
   * Starts a slice of a row.
   *
   * @param count the number of keys that the query of the row sees
   * @param wholeMean ⟨dL/dp, p⟩ of the row; NaN if the slice is the whole row
   */
  HeadContext slice(int count, double wholeMean) {
    visibleCount = count;
    mean = wholeMean;
    return this;
  }

  @Override
  public int visibleCount() {
    return visibleCount;
  }

  @Override
  public double parameter(int index) {
    return parameters[index];
  }

  /**
   * Sets a learnable parameter of this head.
   *
   * @param index its index in the normalizer's list of parameters
   * @param value the value
   */
  public void setParameter(int index, double value) {
    parameters[index] = value;
  }

  @Override
  public void addGradient(int index, double gradient) {
    gradients[index] += gradient;
  }

  /**
   * The gradient gathered for a learnable parameter of this head.
   *
   * @param index its index in the normalizer's list of parameters
   * @return the sum over all rows so far
   */
  public double gradient(int index) {
    return gradients[index];
  }

  void clearGradients() {
    Arrays.fill(gradients, 0);
  }

  @Override
  public void save(int index, double value) {
    saved[index] = value;
  }

  @Override
  public double saved(int index) {
    return saved[index];
  }

  @Override
  public void support(int count) {
    support = count;
  }

  /** How many weights the kernel said are not zero; -1 if it did not say. */
  int support() {
    return support;
  }

  @Override
  public double mean(Row weights, Row gradient) {
    return Double.isNaN(mean) ? weights.dot(gradient) : mean;
  }
}
