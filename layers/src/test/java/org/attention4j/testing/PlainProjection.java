package org.attention4j.testing;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A projection to heads in plain loops over doubles, straight from its formula. */
public final class PlainProjection {
  private PlainProjection() {}

  /**
   * W x + b of one head at each step of one example.
   *
   * @param w [h, d, size]
   * @param b h times d numbers; null without biases
   * @param x [b, size, T]
   * @return [T][d]
   */
  public static double[][] of(INDArray w, @Nullable INDArray b, int head, INDArray x, int example) {
    int headSize = (int) w.size(1);
    double[][] result = new double[(int) x.size(2)][headSize];
    for (int t = 0; t < result.length; t++) {
      for (int c = 0; c < headSize; c++) {
        double sum = b == null ? 0 : b.reshape(w.size(0), headSize).getDouble(head, c);
        for (int f = 0; f < x.size(1); f++) {
          sum += w.getDouble(head, c, f) * x.getDouble(example, f, t);
        }
        result[t][c] = sum;
      }
    }
    return result;
  }
}
