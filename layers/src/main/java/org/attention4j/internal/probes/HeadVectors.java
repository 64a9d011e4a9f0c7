package org.attention4j.internal.probes;

import java.util.HashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The vectors of each example, head and step in a Java array, in the order [e, heads, size, T]. */
public final class HeadVectors {
  private final double[] data;
  private final int heads;
  private final int size;
  private final int steps;

  /** The vectors of all steps by example and head, made when first needed. */
  private final Map<Integer, double[][]> bySteps = new HashMap<>();

  /**
   * Copies an array.
   *
   * @param x shape [e, heads, size, T], or [e, size, T] for one head
   */
  HeadVectors(INDArray x) {
    boolean oneHead = x.rank() == 3;
    heads = oneHead ? 1 : Math.toIntExact(x.size(1));
    size = Math.toIntExact(x.size(x.rank() - 2));
    steps = Math.toIntExact(x.size(x.rank() - 1));
    data = numbers(x);
  }

  /** A copy in C order. */
  static double[] numbers(INDArray x) {
    INDArray copy = x.dup('c').castTo(DataType.DOUBLE);
    double[] numbers = new double[Math.toIntExact(copy.length())];
    copy.data().asNioDouble().get(numbers);
    return numbers;
  }

  int heads() {
    return heads;
  }

  /**
   * The number of steps.
   *
   * @return T
   */
  public int steps() {
    return steps;
  }

  int size() {
    return size;
  }

  /** One vector [size]. */
  double[] of(int example, int head, int step) {
    double[] vector = new double[size];
    int start = start(example, head);
    for (int i = 0; i < size; i++) {
      vector[i] = data[start + i * steps + step];
    }
    return vector;
  }

  /** The products of a vector with those of the given steps. */
  double[] products(double[] vector, int example, int head, int[] wanted) {
    int count = wanted[wanted.length - 1] + 1;
    double[] sums = new double[count];
    int start = start(example, head);
    for (int i = 0; i < size; i++) {
      double factor = vector[i];
      int row = start + i * steps;
      for (int step = 0; step < count; step++) {
        sums[step] += factor * data[row + step];
      }
    }
    if (wanted.length == count) {
      return sums;
    }
    double[] picked = new double[wanted.length];
    for (int k = 0; k < picked.length; k++) {
      picked[k] = sums[wanted[k]];
    }
    return picked;
  }

  /** The vectors of the given steps [n][size]; they are shared and must not be changed. */
  double[][] of(int example, int head, int[] wanted) {
    double[][] all = bySteps.computeIfAbsent(example * heads + head, e -> all(example, head));
    double[][] vectors = new double[wanted.length][];
    for (int k = 0; k < vectors.length; k++) {
      vectors[k] = all[wanted[k]];
    }
    return vectors;
  }

  private double[][] all(int example, int head) {
    double[][] all = new double[steps][];
    for (int step = 0; step < steps; step++) {
      all[step] = of(example, head, step);
    }
    return all;
  }

  private int start(int example, int head) {
    return (example * heads + head) * size * steps;
  }
}
