package org.attention4j.kernel;

/** u softmax(z), u = (z - low) / (high - low), low = min(min z, 0), high = max(max z, 0). */
final class SelfAdjustKernel implements RowKernel {
  @Override
  public void forward(Row row, RowContext context) {
    row.limit();
    Row softmax = softmax(row);
    Ends ends = new Ends(row);
    for (int i = 0; i < row.length(); i++) {
      row.set(i, ends.share(row.get(i)) * softmax.get(i));
    }
  }

  @Override
  public void backward(Row scores, Row weights, Row gradient, RowContext context) {
    scores.limit();
    Row softmax = softmax(scores);
    Ends ends = new Ends(scores);
    double mean = weights.dot(gradient);
    double lowGradient = 0;
    double highGradient = 0;
    for (int i = 0; i < scores.length(); i++) {
      double u = ends.share(scores.get(i));
      double shareGradient = gradient.get(i) * softmax.get(i) / ends.width;
      lowGradient += shareGradient * (u - 1);
      highGradient -= shareGradient * u;
      gradient.set(i, softmax.get(i) * (u * gradient.get(i) - mean) + shareGradient);
    }
    if (ends.lowest >= 0) {
      gradient.set(ends.lowest, gradient.get(ends.lowest) + lowGradient);
    }
    if (ends.highest >= 0) {
      gradient.set(ends.highest, gradient.get(ends.highest) + highGradient);
    }
  }

  private static Row softmax(Row scores) {
    Row softmax = scores.spare(scores.length());
    softmax.copy(scores);
    softmax.multiply(1 / softmax.exp(scores.max(), 1));
    return softmax;
  }

  /** The ends of the scale, and which score makes each; -1 where zero does. */
  private static final class Ends {
    final int lowest;
    final int highest;
    final double low;
    final double width;

    Ends(Row scores) {
      double min = 0;
      double max = 0;
      int minAt = -1;
      int maxAt = -1;
      for (int i = 0; i < scores.length(); i++) {
        double z = scores.get(i);
        if (z < min) {
          min = z;
          minAt = i;
        }
        if (z > max) {
          max = z;
          maxAt = i;
        }
      }
      lowest = minAt;
      highest = maxAt;
      low = min;
      width = max > min ? max - min : 1;
    }

    double share(double z) {
      return (z - low) / width;
    }
  }

  @Override
  public boolean readsScores() {
    return true;
  }
}
