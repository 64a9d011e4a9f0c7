package org.attention4j.internal.probes;

import java.util.HashMap;
import java.util.Map;
import org.attention4j.internal.graph.HostArrays;
import org.attention4j.internal.memory.FloatArrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The vectors of each example, head and step in a Java array, in the order [e, heads, size, T].
 *
 * <p>Most of them are never asked for. So numbers of FLOAT stay such, and become DOUBLE when they
 * are read, which is exact.
 */
public final class HeadVectors implements StepVectors {
  private static final double[] NONE = {};

  private final Numbers data;
  private final int heads;
  private final int size;
  private final int steps;

  /** The vectors of all steps by example and head, made when first needed. */
  private final Map<Integer, double[][]> bySteps = new HashMap<>();

  /** Those of the example and head that products were last taken with, [size][T]. */
  private double[][] channels = {};

  private int channelsOf = -1;

  /** Numbers as they came; one of the two arrays. */
  private record Numbers(float @Nullable [] floats, double[] doubles) {
    double get(int i) {
      return floats == null ? doubles[i] : floats[i];
    }

    void copyTo(double[] to, int from) {
      if (floats == null) {
        System.arraycopy(doubles, from, to, 0, to.length);
      } else {
        for (int i = 0; i < to.length; i++) {
          to[i] = floats[from + i];
        }
      }
    }
  }

  /**
   * Copies an array.
   *
   * @param x shape [e, heads, size, T], or [e, size, T] for one head
   */
  HeadVectors(INDArray x) {
    this(
        new Numbers(null, HostArrays.numbers(x)),
        x.rank() == 3 ? 1 : Math.toIntExact(x.size(1)),
        Math.toIntExact(x.size(x.rank() - 2)),
        Math.toIntExact(x.size(x.rank() - 1)));
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
    this(new Numbers(copies(all, examples, heads * size * steps), NONE), heads, size, steps);
  }

  private static float[] copies(float[] all, int[] examples, int each) {
    float[] copies = new float[examples.length * each];
    for (int e = 0; e < examples.length; e++) {
      System.arraycopy(all, examples[e] * each, copies, e * each, each);
    }
    return copies;
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
    return new HeadVectors(
        x.dataType() == DataType.FLOAT ? floats(x, examples, each) : doubles(x, examples, each),
        heads,
        each / (heads * steps),
        steps);
  }

  private static Numbers floats(INDArray x, int[] examples, int each) {
    float[] copies = new float[examples.length * each];
    for (int e = 0; e < examples.length; e++) {
      float[] one = HostArrays.floats(x.slice(examples[e]));
      System.arraycopy(one, 0, copies, e * each, each);
      FloatArrays.giveBack(one);
    }
    return new Numbers(copies, NONE);
  }

  private static Numbers doubles(INDArray x, int[] examples, int each) {
    double[] copies = new double[examples.length * each];
    for (int e = 0; e < examples.length; e++) {
      System.arraycopy(HostArrays.numbers(x.slice(examples[e])), 0, copies, e * each, each);
    }
    return new Numbers(null, copies);
  }

  private HeadVectors(Numbers data, int heads, int size, int steps) {
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
      vector[i] = data.get(start + i * steps + step);
    }
    return vector;
  }

  /** The products of a vector with those of the given steps, which ascend. */
  double[] products(double[] vector, int example, int head, int[] wanted) {
    double[][] all = channels(example, head);
    int count = wanted[wanted.length - 1] + 1;
    double[] sums = new double[count];
    for (int i = 0; i < size; i++) {
      addMultiple(sums, all[i], vector[i]);
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

  /** With the same index for both arrays; otherwise Java 17 makes no vector instructions of it. */
  private static void addMultiple(double[] sums, double[] channel, double factor) {
    for (int step = 0; step < sums.length; step++) {
      sums[step] += factor * channel[step];
    }
  }

  /** The queries of one example and head come one after the other. */
  private double[][] channels(int example, int head) {
    int wanted = example * heads + head;
    if (channelsOf != wanted) {
      if (channels.length == 0) {
        channels = new double[size][steps];
      }
      int start = start(example, head);
      for (int i = 0; i < size; i++) {
        data.copyTo(channels[i], start + i * steps);
      }
      channelsOf = wanted;
    }
    return channels;
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
