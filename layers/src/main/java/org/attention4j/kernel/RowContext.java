package org.attention4j.kernel;

import java.util.Arrays;

/** What a {@link RowKernel} may know and keep besides the row itself. */
public final class RowContext {
  private final double[] parameters;
  private final double[] gradients;
  private final double[] saved;
  private int visibleCount;
  private double mean = Double.NaN;
  private int support = -1;
  private int firstParameter;

  /**
   * Makes the context of the rows of one head.
   *
   * @param parameters how many learnable parameters each head has
   * @param savedValues how many values {@link RowKernel#savedValues()} asks for
   */
  public RowContext(int parameters, int savedValues) {
    this.parameters = new double[parameters];
    this.gradients = new double[parameters];
    this.saved = new double[savedValues];
  }

  /**
   * The number of keys that the query of this row sees.
   *
   * @return n, at least 1
   */
  public int visibleCount() {
    return visibleCount;
  }

  /**
   * A learnable parameter of this head.
   *
   * @param index its place in the normalizer's list of parameters
   * @return the value
   */
  public double parameter(int index) {
    return parameters[firstParameter + index];
  }

  /**
   * Adds to the gradient of a learnable parameter of this head.
   *
   * @param index its place in the normalizer's list of parameters
   * @param gradient dL/dparameter of this row
   */
  public void addGradient(int index, double gradient) {
    gradients[firstParameter + index] += gradient;
  }

  /**
   * Keeps a value for the backward pass of this row; of the row's precision.
   *
   * @param index from 0 to {@link RowKernel#savedValues()} - 1
   * @param value the value
   */
  public void save(int index, double value) {
    saved[index] = value;
  }

  /**
   * A value that the forward pass of this row has kept.
   *
   * @param index from 0 to {@link RowKernel#savedValues()} - 1
   * @return the value
   */
  public double saved(int index) {
    return saved[index];
  }

  /**
   * Starts the next row.
   *
   * @param count the number of keys that its query sees
   * @return this
   */
  public RowContext row(int count) {
    visibleCount = count;
    mean = Double.NaN;
    support = -1;
    return this;
  }

  /**
   * Says where the weights are that are not zero, for kernels that know; spares a search.
   *
   * @param count how many there are; the first so many of {@link Row#indices()} are their places,
   *     in ascending order
   */
  public void support(int count) {
    support = count;
  }

  /** How many places the kernel has named; -1 if it has not. */
  int support() {
    return support;
  }

  /** Starts a piece of a row of which ⟨g, p⟩ is known; NaN if it is not. */
  RowContext piece(int count, double wholeMean) {
    visibleCount = count;
    mean = wholeMean;
    return this;
  }

  /**
   * ⟨g, p⟩ of the whole row, also where the kernel sees a {@linkplain RowKernel#piecewise() piece}
   * of it.
   *
   * @param weights the weights p at hand
   * @param gradient dL/dp at hand
   * @return the sum of their products over the row
   */
  public double mean(Row weights, Row gradient) {
    return Double.isNaN(mean) ? weights.dot(gradient) : mean;
  }

  /**
   * Sets a learnable parameter of this head.
   *
   * @param index its place in the normalizer's list of parameters
   * @param value the value
   */
  public void setParameter(int index, double value) {
    parameters[index] = value;
  }

  /**
   * The gradient gathered for a learnable parameter of this head.
   *
   * @param index its place in the normalizer's list of parameters
   * @return the sum over all rows so far
   */
  public double gradient(int index) {
    return gradients[index];
  }

  /** Lets a kernel inside another one count its own parameters from 0. */
  void skipParameters(int count) {
    firstParameter += count;
  }

  void clearGradients() {
    Arrays.fill(gradients, 0);
  }
}
