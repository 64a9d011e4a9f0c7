package org.attention4j.monitor;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Vectors of each example, head and step as plain numbers, one after the other. */
final class HeadVectors {
  private final double[] data;
  private final int heads;
  private final int steps;
  private final int size;

  /**
   * Copies an array.
   *
   * @param x shape [e, heads, size, T], or [e, size, T] for one head
   */
  HeadVectors(INDArray x) {
    INDArray perHead = x.rank() == 3 ? x.reshape(x.size(0), 1, x.size(1), x.size(2)) : x;
    heads = Math.toIntExact(perHead.size(1));
    size = Math.toIntExact(perHead.size(2));
    steps = Math.toIntExact(perHead.size(3));
    data = perHead.castTo(DataType.DOUBLE).permute(0, 1, 3, 2).dup('c').data().asDouble();
  }

  int heads() {
    return heads;
  }

  int steps() {
    return steps;
  }

  /** One vector. */
  double[] of(int example, int head, int step) {
    int start = start(example, head, step);
    return Arrays.copyOfRange(data, start, start + size);
  }

  /** The product of a vector with one of these. */
  double product(double[] vector, int example, int head, int step) {
    int start = start(example, head, step);
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += vector[i] * data[start + i];
    }
    return sum;
  }

  private int start(int example, int head, int step) {
    return ((example * heads + head) * steps + step) * size;
  }
}
