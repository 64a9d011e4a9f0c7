package org.attention4j.kernel;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inner loops on {@code float}: a tile of a matrix product, and passes over a row.
 *
 * <p>One instance per JVM: with {@code jdk.incubator.vector} or in plain Java.
 */
abstract class Lanes {
  /** Rows of the tiles of {@link #multiplyGroups} and {@link #multiplyTiles}. */
  static final int TILE_ROWS = 4;

  /** Rows of the tile of {@link #multiplyNarrowTiles}. */
  static final int NARROW_TILE_ROWS = 8;

  /** MatrixPacking that the widest loops over single rows take at once: eight vectors. */
  static final int WIDE = 4;

  /** Columns up to which rows get the one stride that the vector tiles know at compile time. */
  static final int NEAR_COLUMNS = 512;

  private static final String MODULE = "jdk.incubator.vector";
  private static final String VECTOR_ROAD = "org.attention4j.kernel.VectorLanes";

  /** The road of this JVM; a constant to the compiler. */
  static final Lanes LANES = choose();

  private static Lanes choose() {
    Logger log = LoggerFactory.getLogger(Lanes.class);
    if (ModuleLayer.boot().findModule(MODULE).isPresent()) {
      Lanes lanes = vectorRoad();
      log.info("Fused attention uses vectors of {} floats.", lanes.panel() / 2);
      return lanes;
    }
    log.info(
        "Fused attention runs without vector instructions, several times slower; start the JVM with"
            + " --add-modules {} to have them.",
        MODULE);
    return new ScalarLanes();
  }

  /** By name, so that nothing else needs the module to be compiled or loaded. */
  private static Lanes vectorRoad() {
    try {
      return Class.forName(VECTOR_ROAD)
          .asSubclass(Lanes.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(VECTOR_ROAD + " is missing from this library's jar.", e);
    }
  }

  /** Columns of those tiles: two vectors. The narrow one has half of them. */
  abstract int panel();

  /** From row to row of that many columns; not a power of two, which the cache would trip over. */
  final int stride(int columns) {
    return Math.max(columns, NEAR_COLUMNS) + panel();
  }

  /**
   * C = A B, or C += A B, for a C of {@link #panel()} columns and as many times 4 rows as there are
   * tiles. The rows of A lie in groups of 4, whose columns come one after the other: a single
   * address then serves all four.
   *
   * @param tiles how many tiles of 4 rows
   * @param a the groups of A at a0, a0 + step, ..
   * @param b the rows of B one after the other, each of panel columns, from b0 on
   * @param depth columns of A and rows of B
   * @param c rows of C at c0, c0 + ldc, ..
   * @param add whether to add to what is there
   */
  abstract void multiplyGroups(
      int tiles,
      float[] a,
      int a0,
      int step,
      float[] b,
      int b0,
      int depth,
      float[] c,
      int c0,
      int ldc,
      boolean add);

  /**
   * As {@link #multiplyGroups}, for an A whose rows lie at a0, a0 + lda, .. as they are, and an
   * even depth. Fastest if lda is the {@link #stride} of at most {@value #NEAR_COLUMNS} columns.
   */
  abstract void multiplyTiles(
      int tiles,
      float[] a,
      int a0,
      int lda,
      float[] b,
      int b0,
      int depth,
      float[] c,
      int c0,
      int ldc,
      boolean add);

  /** As {@link #multiplyTiles}, for tiles of 8 rows and half as many columns. */
  abstract void multiplyNarrowTiles(
      int tiles,
      float[] a,
      int a0,
      int lda,
      float[] b,
      int b0,
      int depth,
      float[] c,
      int c0,
      int ldc,
      boolean add);

  /**
   * y += Σ_j w_j B[index_j] over some rows of B, or a stretch of them.
   *
   * @param b0 where the stretch of the first row of B begins
   * @param stride from one row of B to the next
   * @param width columns: {@value #WIDE} panels, one or half of one
   */
  abstract void gather(
      float[] w,
      int w0,
      int[] indices,
      int i0,
      int count,
      float[] b,
      int b0,
      int stride,
      int width,
      float[] y,
      int y0);

  /** B[index_j] += w_j x for some rows of B, as in {@link #gather}. */
  abstract void scatter(
      float[] w,
      int w0,
      int[] indices,
      int i0,
      int count,
      float[] x,
      int x0,
      float[] b,
      int b0,
      int stride,
      int width);

  /** g_j += Σ_c B[index_j][c] x[c] over some rows of B, as in {@link #gather}. */
  abstract void gatherDots(
      float[] b,
      int b0,
      int stride,
      int width,
      int[] indices,
      int i0,
      int count,
      float[] x,
      int x0,
      float[] g,
      int g0);

  abstract float max(float[] x, int from, int length);

  /** How many entries reach the threshold; at most 2²⁴ of them. */
  abstract int count(float[] x, int from, int length, float threshold);

  abstract double sum(float[] x, int from, int length);

  abstract double dot(float[] x, int from, float[] y, int yFrom, int length);

  abstract void affine(float[] x, int from, int length, float shift, float factor);

  abstract void sigmoid(float[] x, int from, int length, float shift);

  abstract void add(float[] x, int from, float[] y, int yFrom, int length, float factor);

  abstract double exp(float[] x, int from, int length, float shift, float factor);

  abstract void center(
      float[] x, int from, float[] w, int wFrom, int length, float mean, float factor);

  /** x_i -= slope |position - keyPositions_i|: linear biases. */
  abstract void subtractDistances(
      float[] x,
      int from,
      int length,
      float slope,
      float position,
      float[] keyPositions,
      int keyFrom);

  /** One panel of columns of some rows, put one after the other. */
  abstract void copyPanel(float[] rows, int from, int stride, int count, float[] panel, int to);

  /** A row in pieces of a panel, {@code step} apart; the last one is filled up with zeros. */
  abstract void cut(float[] x, int from, int length, float[] panels, int to, int step);

  /** The indices of the entries that reach the threshold. */
  abstract int atLeast(float[] x, int from, int length, float threshold, int[] indices);

  /** The indices of the entries that are not zero. */
  abstract int nonZero(float[] x, int from, int length, int[] indices);
}
