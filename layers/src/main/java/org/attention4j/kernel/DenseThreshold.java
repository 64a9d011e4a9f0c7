package org.attention4j.kernel;

/**
 * The threshold of a dense row of entmax, so that the backward pass need not search it again.
 *
 * @param max the largest score; NaN if there is no threshold, and the row is searched again
 * @param high the threshold rounded: for α = 1.5 on (z - max z) / 2, for α = 2 on z
 * @param low the threshold - high
 * @param factor one over the sum of the weights before they were divided by it
 */
record DenseThreshold(double max, float high, float low, double factor) {
  static final DenseThreshold NONE = new DenseThreshold(Double.NaN, 0, 0, 0);

  /** How many numbers are saved. */
  static final int VALUES = 4;

  /**
   * Replaces scores by weights.
   *
   * @param alpha 1.5, of scores that are shifted and halved already, or 2
   * @return the threshold with what it takes to do so again
   */
  static DenseThreshold apply(FloatRow row, double max, double threshold, double alpha) {
    float high = (float) threshold;
    float low = (float) (threshold - high);
    double sum = alpha == 2 ? row.excess(high, low) : row.squaredExcess(high, low);
    row.multiply(1 / sum);
    return new DenseThreshold(max, high, low, 1 / sum);
  }

  void save(RowContext context) {
    context.save(0, max);
    context.save(1, high);
    context.save(2, low);
    context.save(3, factor);
  }

  /**
   * Replaces the scores of a row by its weights.
   *
   * @param row the same scores, perhaps without some that have no weight
   * @param context where the threshold is saved
   * @return false if there is no threshold; then the row is as it was
   */
  static boolean restore(Row row, RowContext context, double alpha) {
    double max = context.saved(0);
    if (Double.isNaN(max) || !(row instanceof FloatRow floats)) {
      return false;
    }
    float high = (float) context.saved(1);
    float low = (float) context.saved(2);
    row.limitAsFor(max);
    if (alpha == 2) {
      floats.excess(high, low);
    } else {
      row.affine(max, DenseEntmax.ALPHA - 1);
      floats.squaredExcess(high, low);
    }
    row.multiply(context.saved(3));
    return true;
  }
}
