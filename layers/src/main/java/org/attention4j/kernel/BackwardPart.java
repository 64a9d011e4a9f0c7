package org.attention4j.kernel;

import java.util.Arrays;

/**
 * The backward pass of some queries of all heads that share one head of keys and values.
 *
 * <pre>
 *   dV = dO p,  dp = dOᵀ V,  dz = kernel(dp),  dQ = scale K dzᵀ,  dK = scale Q dz
 * </pre>
 */
abstract class BackwardPart extends FloatBlock {
  private static final int PANEL_ROWS = 9;
  private static final int KEY_SUMS = 12;
  private static final int VALUE_SUMS = 13;

  final FloatAttention attention;
  final Dropout dropout;
  final RowContext context;
  float[] keySums = {};
  float[] valueSums = {};
  Part part = new Part(0, 0, 0, 0, 0, 1);

  /** Which queries of which head of keys and values. */
  record Part(int example, int keyValueHead, int chunk, int from, int to, int chunks) {}

  BackwardPart(FloatAttention attention, VisibleKeys keys, Scratch scratch) {
    super(attention.problem, keys, scratch);
    this.attention = attention;
    dropout = new Dropout(problem.dropout(), problem.seed());
    context = new RowContext(problem.parameters(), problem.kernel().savedValues());
  }

  /** Packs what all heads of the part share. */
  abstract void start();

  /** Computes dQ of one head's queries, and its share of dK, dV and the parameters' gradients. */
  abstract void head(int head, float[] outputGradient, float[] queryGradient);

  /** Completes the sums. */
  abstract void end();

  /** Computes dQ of its queries, and their share of dK, dV and the parameters' gradients. */
  final void run(
      Part part, float[] outputGradient, FloatGradients gradients, double[][] parameterGradients) {
    this.part = part;
    keySums = sums(KEY_SUMS, shape.headSize());
    valueSums = sums(VALUE_SUMS, shape.valueSize());
    start();
    for (int i = 0; i < shape.group(); i++) {
      int head = part.keyValueHead() * shape.group() + i;
      attention.setParameters(context, head);
      context.clearGradients();
      head(head, outputGradient, gradients.q());
      int at = (part.example() * shape.heads() + head) * part.chunks() + part.chunk();
      for (int p = 0; p < problem.parameters(); p++) {
        parameterGradients[at][p] = context.gradient(p);
      }
    }
    end();
    if (part.chunks() == 1) {
      addTo(gradients);
    } else {
      // The scratch arrays go to another task.
      keySums = Arrays.copyOf(keySums, keysPadded * roundUp(shape.headSize(), Lanes.TILE_ROWS));
      valueSums =
          Arrays.copyOf(valueSums, keysPadded * roundUp(shape.valueSize(), Lanes.TILE_ROWS));
    }
  }

  /** Adds this part's share of dK and dV. */
  void addTo(FloatGradients gradients) {
    addTo(gradients.k(), keyStart(), keySums, shape.headSize());
    addTo(gradients.v(), valueStart(), valueSums, shape.valueSize());
  }

  void addTo(float[] gradient, int start, float[] sums, int features) {
    int padded = roundUp(features, Lanes.TILE_ROWS);
    for (int c = 0; c < features; c++) {
      int to = start + c * shape.keys();
      for (int key = 0; key < keys.count(); key += PANEL) {
        int width = Math.min(PANEL, keys.count() - key);
        int from = key * padded + c * PANEL;
        if (keys.leading()) {
          LANES.add(gradient, to + key, sums, from, width, 1);
          continue;
        }
        for (int j = 0; j < width; j++) {
          gradient[to + keys.position(key + j)] += sums[from + j];
        }
      }
    }
  }

  float[] sums(int slot, int features) {
    int length = keysPadded * roundUp(features, Lanes.TILE_ROWS);
    float[] sums = scratch.floats(slot, length);
    Arrays.fill(sums, 0, length, 0);
    return sums;
  }

  int keyStart() {
    return shape.key(part.example(), part.keyValueHead(), shape.headSize());
  }

  int valueStart() {
    return shape.key(part.example(), part.keyValueHead(), shape.valueSize());
  }

  /**
   * sums[c, key] += Σ_row columns[c, row] rows[row, key - from] for keys from .. to - 1, the sums
   * being panels of keys.
   */
  void addProducts(
      float[] rows,
      int stride,
      float[] columns,
      int column,
      int features,
      int count,
      int from,
      int to,
      float[] sums) {
    int depth = rows(count);
    int padded = roundUp(features, Lanes.TILE_ROWS);
    float[] panel = scratch.floats(PANEL_ROWS, depth * PANEL);
    for (int key = from; key < to; key += PANEL) {
      LANES.copyPanel(rows, key - from, stride, depth, panel);
      LANES.multiplyGroups(
          padded / Lanes.TILE_ROWS,
          columns,
          column,
          Lanes.TILE_ROWS * depth,
          panel,
          0,
          depth,
          sums,
          key * padded,
          PANEL,
          true);
    }
  }

  /** Some queries of [features, T] as groups of features, times a factor, with zeros around. */
  void packColumns(
      float[] packed, int at, float[] x, int from, int features, int row, int rows, float factor) {
    int padded = roundUp(features, Lanes.TILE_ROWS);
    int queries = shape.queries();
    Panels.rowGroups(
        x, from + row, queries, features, rows, packed, at, padded, rows(rows), factor);
  }
}
