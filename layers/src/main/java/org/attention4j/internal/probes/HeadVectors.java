package org.attention4j.internal.probes;

import java.util.HashMap;
import java.util.Map;
import org.attention4j.internal.graph.HostArrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The vectors of each example, head and step in a Java array, in the order [e, heads, size, T]. */
public final class HeadVectors implements StepVectors {
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
    data = HostArrays.numbers(x);
  }

  /**
   * Copies some examples.
   *
   * @param all those of all examples [b, heads, size, T]
   * @param examples which ones
   * @param heads how many
   * @param size of each vector
   * @param steps T
   */
  HeadVectors(float[] all, int[] examples, int heads, int size, int steps) {
    this(new double[examples.length * heads * size * steps], heads, size, steps);
    int each = heads * size * steps;
    for (int e = 0; e < examples.length; e++) {
      for (int i = 0; i < each; i++) {
        data[e * each + i] = all[examples[e] * each + i];
      }
    }
  }

  /**
   * Copies some examples.
   *
   * @param x of all examples, [b, heads * size, T] or [b, heads, size, T]
   * @param examples which ones
   * @param heads how many
   */
  static HeadVectors of(INDArray x, int[] examples, int heads) {
    int steps = Math.toIntExact(x.size(-1));
    int each = Math.toIntExact(x.length() / x.size(0));
    double[] data = new double[examples.length * each];
    for (int e = 0; e < examples.length; e++) {
      System.arraycopy(HostArrays.numbers(x.slice(examples[e])), 0, data, e * each, each);
    }
    return new HeadVectors(data, heads, each / (heads * steps), steps);
  }

  private HeadVectors(double[] data, int heads, int size, int steps) {
    this.data = data;
    this.heads = heads;
    this.size = size;
    this.steps = steps;
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

  @Override
  public double[] of(int example, int head, int step) {
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
