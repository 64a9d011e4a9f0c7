package org.attention4j.internal.attention;

import java.util.Arrays;
import org.attention4j.internal.linear.MatrixPacking;
import org.attention4j.internal.linear.RowGroups;
import org.attention4j.internal.vector.FloatOps;
import org.attention4j.internal.vector.TileOps;
import org.jspecify.annotations.Nullable;

/**
 * The backward pass of some queries of all heads that share one head of keys and values.
 *
 * <pre>
 *   dV = dO p,  dp = dOᵀ V,  dz = kernel(dp),  dQ = scale K dzᵀ,  dK = scale Q dz
 * </pre>
 */
abstract class BackwardTask extends AttentionTask {
  /** The largest number of queries of a block: the largest depth of the products for dK and dV. */
  static final int DEPTH = 128;

  final FloatAttention attention;
  final Part part;
  final Dropout dropout;
  final HeadContext context;
  final int keySums;
  final int valueSums;
  private final int panel;

  /** Parts of the arena, for the subclass's tiles. */
  int keyPanels;

  int valuePanels;
  int keyFeatures;
  int queryRows;
  int gradientRows;
  int queryColumns;
  int gradientColumns;
  int weights;
  int gradients;
  int queryGradients;
  int scores;

  /** Null if scores do not decay. */
  final @Nullable DecayGradients decayGradients;

  private boolean dense;

  /** Kept for {@link #addTo} if several parts share these keys. */
  private float[] keptKeySums = {};

  private float[] keptValueSums = {};

  /** Which queries of which head of keys and values. */
  record Part(int example, int keyValueHead, int chunk, int from, int to, int chunks) {}

  BackwardTask(FloatAttention attention, VisibleKeys keys, Workspace workspace, Part part) {
    super(attention.problem, keys, workspace);
    this.attention = attention;
    this.part = part;
    dropout = new Dropout(problem.dropout(), problem.seed());
    context = new HeadContext(problem.parameters(), problem.kernel().savedValues());
    decayGradients = attention.decays() ? new DecayGradients(shape, keys) : null;
    keySums = arena.take(sums(shape.headSize()));
    valueSums = arena.take(sums(shape.valueSize()));
    panel = arena.take(DEPTH * PANEL);
  }

  /**
   * Takes the parts of the arena that tiles need.
   *
   * @param packed queries that are packed at once
   * @param rows queries of a tile
   * @param stride from one of its rows of scores to the next
   */
  final void reserve(int packed, int rows, int stride) {
    int d = shape.headSize();
    int dv = shape.valueSize();
    keyPanels = arena.take(keysPadded * d);
    valuePanels = arena.take(keysPadded * dv);
    keyFeatures = arena.take(keysPadded * columns(d));
    queryRows = arena.take(packed * d);
    gradientRows = arena.take(packed * dv);
    queryColumns = arena.take(packed * MatrixPacking.roundUp(d, TileOps.TILE_ROWS));
    gradientColumns = arena.take(packed * MatrixPacking.roundUp(dv, TileOps.TILE_ROWS));
    weights = arena.take(rows * stride);
    gradients = arena.take(rows * stride);
    queryGradients = arena.take(packed * columns(d));
    scores = arena.take(problem.kernel().readsScores() ? stride : 0);
  }

  /** Lays out keys and values for products with all of them, and begins the sums for them. */
  final void packKeys() {
    dense = true;
    Arrays.fill(arena.floats(), keySums, keySums + sums(shape.headSize()), 0);
    Arrays.fill(arena.floats(), valueSums, valueSums + sums(shape.valueSize()), 0);
    packKeys(attention.k, keyStart(), shape.headSize(), keyPanels);
    packKeys(attention.v, valueStart(), shape.valueSize(), valuePanels);
    packFeatures(attention.k, keyStart(), shape.headSize(), keyFeatures);
  }

  /** Whether that was done; if not, there are no such sums. */
  final boolean isDense() {
    return dense;
  }

  /** Packs what all heads of the part share. */
  abstract void start();

  /** Computes dQ of one head's queries, and its share of dK, dV and the parameters' gradients. */
  abstract void head(int head, float[] outputGradient, float[] queryGradient);

  /** Computes dQ of its queries, and their share of dK, dV and the parameters' gradients. */
  final void run(float[] outputGradient, FloatGradients gradients, double[][] parameterGradients) {
    start();
    for (int i = 0; i < shape.group(); i++) {
      int head = part.keyValueHead() * shape.group() + i;
      attention.setParameters(context, head);
      takeHead(attention, part.example(), head);
      if (decayGradients != null) {
        decayGradients.head(i);
      }
      context.clearGradients();
      head(head, outputGradient, gradients.q());
      int at = (part.example() * shape.heads() + head) * part.chunks() + part.chunk();
      for (int p = 0; p < problem.parameters(); p++) {
        parameterGradients[at][p] = context.gradient(p);
      }
    }
    if (part.chunks() == 1) {
      addTo(gradients, arena.floats(), keySums, arena.floats(), valueSums);
    } else if (dense) {
      // The arena goes to another task.
      keptKeySums = keptSums(keySums, shape.headSize());
      keptValueSums = keptSums(valueSums, shape.valueSize());
    }
  }

  /**
   * Adds this part's share of dK and dV if it was not the only part with these keys. Parts are
   * added in their order: the first one clears what was there.
   */
  final void addTo(FloatGradients gradients) {
    addTo(gradients, keptKeySums, 0, keptValueSums, 0);
  }

  private float[] keptSums(int from, int features) {
    return Arrays.copyOfRange(arena.floats(), from, from + sums(features));
  }

  private void addTo(
      FloatGradients gradients, float[] keySums, int keyFrom, float[] valueSums, int valueFrom) {
    if (part.chunk() == 0) {
      gradients.clearKeys(shape, part.example(), part.keyValueHead());
    }
    if (dense) {
      addTo(gradients.k(), keyStart(), keySums, keyFrom, shape.headSize());
      addTo(gradients.v(), valueStart(), valueSums, valueFrom, shape.valueSize());
    }
    addDecaysTo(gradients);
  }

  /** Notes neighbouring scores of a row before biases are added, if somebody wants to know. */
  final void noteProducts(int row, int at, int count) {
    RowScores noted = attention.rowScores();
    if (noted != null) {
      noted.addProducts(row, arena.floats(), at, count);
    }
  }

  /** The same after that. */
  final void noteScores(int row, int at, int count) {
    RowScores noted = attention.rowScores();
    if (noted != null && attention.isBiased()) {
      noted.addScores(row, arena.floats(), at, count);
    }
  }

  private void addDecaysTo(FloatGradients gradients) {
    if (decayGradients != null) {
      decayGradients.addTo(gradients.decays(), part.example(), part.keyValueHead());
    }
  }

  /** The gradient of neighbouring scores of a row, from some visible key on, reaches the decays. */
  final void addToDecays(int at, int count, int query, int key) {
    if (decayGradients != null) {
      decayGradients.add(arena.floats(), at, count, problem.position(query), key);
    }
  }

  /** So does that of one score. */
  final void addToDecay(double gradient, int query, int keyPosition) {
    if (decayGradients != null) {
      decayGradients.add(gradient, problem.position(query), keyPosition);
    }
  }

  /** Ends a tile of rows. */
  final void flushDecays() {
    if (decayGradients != null) {
      decayGradients.flush();
    }
  }

  private void addTo(float[] gradient, int start, float[] sums, int first, int features) {
    int padded = MatrixPacking.roundUp(features, TileOps.TILE_ROWS);
    for (int c = 0; c < features; c++) {
      int to = start + c * shape.keys();
      for (int key = 0; key < keys.count(); key += PANEL) {
        int width = Math.min(PANEL, keys.count() - key);
        int from = first + key * padded + c * PANEL;
        if (keys.leading()) {
          FloatOps.ROWS.add(gradient, to + key, sums, from, width, 1);
          continue;
        }
        for (int j = 0; j < width; j++) {
          gradient[to + keys.position(key + j)] += sums[from + j];
        }
      }
    }
  }

  /** How many sums there are, in panels of keys. */
  private int sums(int features) {
    return keysPadded * MatrixPacking.roundUp(features, TileOps.TILE_ROWS);
  }

  int keyStart() {
    return shape.key(part.example(), part.keyValueHead(), shape.headSize());
  }

  int valueStart() {
    return shape.key(part.example(), part.keyValueHead(), shape.valueSize());
  }

  /**
   * sums[c, key] += Σ_row columns[c, row] rows[row, key] for a panel of keys, the sums being panels
   * of keys.
   *
   * @param rows the panel's columns in the first of the rows
   * @param stride from one row to the next
   * @param columns what stands for the rows: groups of features
   * @param features how many
   * @param count how many rows there are
   * @param first the first group of {@value TileOps#TILE_ROWS} rows that sees one of the keys
   * @param end the group after the last one that does
   * @param key the first key of the panel
   * @param sums where the sums of all keys begin
   */
  void addProducts(
      int rows,
      int stride,
      int columns,
      int features,
      int count,
      int first,
      int end,
      int key,
      int sums) {
    if (first >= end) {
      return;
    }
    float[] x = arena.floats();
    int row = first * TileOps.TILE_ROWS;
    int depth = end * TileOps.TILE_ROWS - row;
    int padded = MatrixPacking.roundUp(features, TileOps.TILE_ROWS);
    FloatOps.TILES.copyPanel(x, rows + row * stride, stride, depth, x, panel);
    FloatOps.TILES.multiplyGroups(
        padded / TileOps.TILE_ROWS,
        x,
        columns + row * TileOps.TILE_ROWS,
        TileOps.TILE_ROWS * rows(count),
        x,
        panel,
        depth,
        x,
        sums + key * padded,
        PANEL,
        true);
  }

  /** Some queries of [features, T] as groups of features, times a factor, with zeros around. */
  void packColumns(float[] x, int from, int features, int row, int rows, float factor, int to) {
    int padded = MatrixPacking.roundUp(features, TileOps.TILE_ROWS);
    int queries = shape.queries();
    RowGroups.OF_TILES.ofRows(
        x, from + row, queries, features, rows, arena.floats(), to, padded, rows(rows), factor);
  }
}
