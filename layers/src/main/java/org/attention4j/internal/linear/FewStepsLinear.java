package org.attention4j.internal.linear;

import java.util.Arrays;
import java.util.List;
import org.attention4j.internal.linear.FloatLinear.Weights;
import org.attention4j.internal.memory.FloatArena;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.threads.Workers;
import org.attention4j.internal.vector.FloatOps;
import org.jspecify.annotations.Nullable;

/**
 * The forward pass of {@link FloatLinear} for a few steps, as when one token follows others. Each
 * weight is used so seldom that reading it is the work: weights are read once, where they are, in
 * parts that stay in the first-level cache. {@link FloatLinear} would first copy and pack them,
 * which pays for many steps alone.
 *
 * <p>Sequences are channel-major: x is [b, in, T], y_j is [b, out_j, T]. The work is cut by the
 * sizes alone and sums are taken in a fixed order.
 */
public final class FewStepsLinear {
  /** Steps of all examples up to which reading the weights is most of the work. */
  private static final int MOST = 16;

  /** Weights read at a time: 16 KiB. */
  private static final int PART = 1 << 12;

  /** Weights that a task reads at least, if there are as many. */
  private static final int TASK = 1 << 15;

  /** Outputs of a task whose weights lie across: a part of a row that is worth a copy. */
  private static final int ACROSS = 256;

  /** Weights below which waking another thread does not pay. */
  private static final long SMALL = 100_000;

  private final int inputs;
  private final int steps;
  private final int rows;

  /** The features of each step, one step after the other. */
  private final float[] x;

  private final List<Weights> maps;

  /**
   * Describes one call.
   *
   * @param examples b
   * @param inputs in
   * @param steps T
   * @param x the sequences, [b, in, T]
   * @param maps what to apply
   */
  public FewStepsLinear(int examples, int inputs, int steps, float[] x, List<Weights> maps) {
    this.inputs = inputs;
    this.steps = steps;
    this.maps = maps;
    rows = examples * steps;
    this.x = new float[rows * inputs];
    for (int row = 0; row < rows; row++) {
      int from = row / steps * inputs * steps + row % steps;
      for (int i = 0; i < inputs; i++) {
        this.x[row * inputs + i] = x[from + i * steps];
      }
    }
  }

  /**
   * Whether so many steps are few.
   *
   * @param columns b T
   * @return whether this is the way to compute them
   */
  public static boolean isFor(long columns) {
    return columns <= MOST;
  }

  /**
   * Applies the maps.
   *
   * @return y_j, each [b, out_j, T]
   */
  public float[][] forward() {
    float[][] outputs = new float[maps.size()][];
    for (int j = 0; j < outputs.length; j++) {
      Weights map = maps.get(j);
      float[] y = FloatArrays.take(rows * map.outputs());
      Workers.runRanges(
          map.outputs(),
          span(map),
          (long) map.outputs() * inputs >= SMALL,
          (from, to) -> {
            try (FloatArena arena = FloatArena.borrow()) {
              if (map.transposed()) {
                across(map, from, to, arena, y);
              } else {
                along(map, from, to, arena, y);
              }
            }
          });
      outputs[j] = y;
    }
    return outputs;
  }

  /** Outputs of a task. */
  private int span(Weights map) {
    return map.transposed() ? ACROSS : Math.max(1, TASK / inputs);
  }

  /** The weights of an output lie one after the other: y is their products with x. */
  private void along(Weights map, int from, int to, FloatArena arena, float[] y) {
    int together = Math.max(1, PART / inputs);
    int part = arena.take(together * inputs);
    float[] weights = arena.floats();
    for (int first = from; first < to; first += together) {
      int count = Math.min(together, to - first);
      map.values().read(first * inputs, count * inputs, weights, part);
      for (int o = 0; o < count; o++) {
        for (int row = 0; row < rows; row++) {
          double sum = FloatOps.ROWS.dot(weights, part + o * inputs, x, row * inputs, inputs);
          put(map, first + o, row, sum, y);
        }
      }
    }
  }

  /** The weights of an input lie one after the other: y is their sum, each times a number of x. */
  private void across(Weights map, int from, int to, FloatArena arena, float[] y) {
    int width = to - from;
    int sums = arena.take(rows * width);
    int part = arena.take(width);
    float[] floats = arena.floats();
    Arrays.fill(floats, sums, sums + rows * width, 0);
    for (int i = 0; i < inputs; i++) {
      map.values().read(i * map.outputs() + from, width, floats, part);
      for (int row = 0; row < rows; row++) {
        FloatOps.ROWS.add(floats, sums + row * width, floats, part, width, x[row * inputs + i]);
      }
    }
    for (int row = 0; row < rows; row++) {
      for (int o = 0; o < width; o++) {
        put(map, from + o, row, floats[sums + row * width + o], y);
      }
    }
  }

  private void put(Weights map, int output, int row, double sum, float[] y) {
    float @Nullable [] bias = map.bias();
    int at = (row / steps * map.outputs() + output) * steps + row % steps;
    y[at] = (float) (bias == null ? sum : sum + bias[output]);
  }
}
