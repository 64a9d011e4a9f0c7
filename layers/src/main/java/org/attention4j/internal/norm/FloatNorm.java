package org.attention4j.internal.norm;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.threads.Workers;
import org.attention4j.internal.vector.FloatOps;
import org.attention4j.internal.vector.NormOps;
import org.jspecify.annotations.Nullable;

/**
 * Normalization of each step of sequences over its features, in FLOAT.
 *
 * <pre>
 *   layer norm:  h = (x - mean) / sqrt(variance + epsilon),  y = gain h + bias
 *   RMS norm:    h = x / sqrt(mean of x² + epsilon),         y = gain h
 *   dx = (gain dy - mean of (gain dy) - h mean of (gain dy h)) / sqrt(..), without the first mean for RMS norm
 *   dgain = Σ dy h,  dbias = Σ dy  over examples and steps
 * </pre>
 *
 * <p>Arrays are channel-major: x, y [b, features, T]; gain and bias [features]. The work is cut by
 * the sizes alone and sums are taken in a fixed order, so that results are the same to the last bit
 * for any number of threads.
 */
public final class FloatNorm {
  private static final NormOps OPS = FloatOps.NORMS;

  /** Numbers of a block of steps; what is read twice is then still in the second-level cache. */
  private static final int BLOCK = 1 << 15;

  /** Steps are cut in multiples of these, a cache line. */
  private static final int LINE = 16;

  /** Numbers below which waking another thread does not pay. */
  private static final long SMALL = 100_000;

  /** Rows that are summed on their own before they are added to the others, for small errors. */
  private static final int GROUP = 32;

  private final int examples;
  private final int features;
  private final int steps;
  private final boolean centred;
  private final double epsilon;
  private final int block;
  private final int blocks;

  /**
   * What the forward pass leaves.
   *
   * @param output y, [b, features, T]
   * @param means of each step, [b, T]; zeros for RMS norm
   * @param scales 1 / sqrt(..) of each step, [b, T]
   */
  public record Forward(float[] output, float[] means, float[] scales) {}

  /**
   * The gradients.
   *
   * @param input dL/dx, [b, features, T]
   * @param gain dL/dgain, [features]
   * @param bias dL/dbias, [features], also if there is none
   */
  public record Gradients(float[] input, float[] gain, float[] bias) {}

  /**
   * Describes the operation.
   *
   * @param examples b
   * @param features how many are normalized together
   * @param steps T
   * @param centred true for layer norm, false for RMS norm
   * @param epsilon what is added to the variance or the mean of squares
   */
  public FloatNorm(int examples, int features, int steps, boolean centred, double epsilon) {
    this.examples = examples;
    this.features = features;
    this.steps = steps;
    this.centred = centred;
    this.epsilon = epsilon;
    int fitting = Math.max(LINE, BLOCK / Math.max(1, features) / LINE * LINE);
    block = Math.min(Math.max(1, steps), fitting);
    blocks = (steps + block - 1) / block;
  }

  /**
   * Normalizes.
   *
   * @param x [b, features, T]
   * @param gain [features]
   * @param bias [features], or null for none
   * @return y, and what the backward pass needs
   */
  public Forward forward(float[] x, float[] gain, float @Nullable [] bias) {
    Forward result =
        new Forward(
            FloatArrays.take(x.length),
            FloatArrays.take(examples * steps),
            FloatArrays.take(examples * steps));
    run(task -> forward(task, x, gain, bias, result));
    return result;
  }

  private void forward(int task, float[] x, float[] gain, float @Nullable [] bias, Forward result) {
    int start = start(task);
    int width = width(task);
    float[] means = new float[width];
    float[] scales = new float[width];
    if (centred) {
      sumGroups((c, group) -> OPS.add(group[0], x, start + c * steps, width), means);
      for (int t = 0; t < width; t++) {
        means[t] /= features;
      }
    }
    sumGroups((c, group) -> OPS.addSquares(group[0], means, x, start + c * steps, width), scales);
    for (int t = 0; t < width; t++) {
      scales[t] = (float) (1 / Math.sqrt((double) scales[t] / features + epsilon));
    }
    for (int c = 0; c < features; c++) {
      float shift = bias == null ? 0 : bias[c];
      OPS.normalize(x, start + c * steps, means, scales, gain[c], shift, result.output, width);
    }
    System.arraycopy(means, 0, result.means, perStep(task), width);
    System.arraycopy(scales, 0, result.scales, perStep(task), width);
  }

  /** Adds what comes from one feature to each of the sums over a group of features. */
  private interface Row {
    void addTo(int feature, float[][] group);
  }

  /** Adds the rows of all features up in groups, and the sums of the groups to the totals. */
  private void sumGroups(Row row, float[]... totals) {
    float[][] group = new float[totals.length][totals[0].length];
    for (int first = 0; first < features; first += GROUP) {
      for (float[] sums : group) {
        Arrays.fill(sums, 0);
      }
      int end = Math.min(features, first + GROUP);
      for (int c = first; c < end; c++) {
        row.addTo(c, group);
      }
      for (int i = 0; i < totals.length; i++) {
        OPS.add(totals[i], group[i], 0, group[i].length);
      }
    }
  }

  /**
   * Computes the gradients.
   *
   * @param x [b, features, T]
   * @param gain [features]
   * @param means what the forward pass left, [b, T]
   * @param scales what the forward pass left, [b, T]
   * @param dy dL/dy, [b, features, T]
   * @return the gradients
   */
  public Gradients backward(float[] x, float[] gain, float[] means, float[] scales, float[] dy) {
    float[] dx = FloatArrays.take(x.length);
    int tasks = examples * blocks;
    double[][] totals = new double[tasks][];
    run(task -> totals[task] = backward(task, x, gain, means, scales, dy, dx));
    float[] gainGradient = FloatArrays.take(features);
    float[] biasGradient = FloatArrays.take(features);
    for (int c = 0; c < features; c++) {
      double gainTotal = 0;
      double biasTotal = 0;
      for (double[] share : totals) {
        gainTotal += share[2 * c];
        biasTotal += share[2 * c + 1];
      }
      gainGradient[c] = (float) gainTotal;
      biasGradient[c] = (float) biasTotal;
    }
    return new Gradients(dx, gainGradient, biasGradient);
  }

  /** This task's share in dgain and dbias: of feature c at 2c and 2c + 1. */
  private double[] backward(
      int task,
      float[] x,
      float[] gain,
      float[] allMeans,
      float[] allScales,
      float[] dy,
      float[] dx) {
    int start = start(task);
    int width = width(task);
    int from = perStep(task);
    float[] means = Arrays.copyOfRange(allMeans, from, from + width);
    float[] scales = Arrays.copyOfRange(allScales, from, from + width);
    float[] sums = new float[width];
    float[] products = new float[width];
    double[] share = new double[2 * features];
    double[] totals = new double[2];
    Row row =
        (c, group) -> {
          int at = start + c * steps;
          OPS.addGradients(x, dy, at, means, scales, gain[c], group[0], group[1], width, totals);
          share[2 * c] = totals[0];
          share[2 * c + 1] = totals[1];
        };
    sumGroups(row, sums, products);
    for (int t = 0; t < width; t++) {
      sums[t] = centred ? sums[t] / features : 0;
      products[t] /= features;
    }
    for (int c = 0; c < features; c++) {
      OPS.inputGradient(
          x, dy, start + c * steps, means, scales, gain[c], sums, products, dx, width);
    }
    return share;
  }

  private void run(IntConsumer task) {
    Workers.run(examples * blocks, (long) examples * features * steps >= SMALL, task);
  }

  /** Where the task's first row begins. */
  private int start(int task) {
    return task / blocks * features * steps + task % blocks * block;
  }

  private int width(int task) {
    int first = task % blocks * block;
    return Math.min(block, steps - first);
  }

  /** Where the task's steps begin in [b, T]. */
  private int perStep(int task) {
    return task / blocks * steps + task % blocks * block;
  }
}
