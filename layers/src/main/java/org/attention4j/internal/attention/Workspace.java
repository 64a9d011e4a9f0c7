package org.attention4j.internal.attention;

import java.util.Arrays;
import org.attention4j.internal.memory.FloatArena;
import org.attention4j.internal.threads.Pool;
import org.attention4j.kernel.FloatRow;

/**
 * The scratch memory of one task: arrays that grow as needed and are used again by later tasks,
 * with whatever was left in them.
 */
final class Workspace implements AutoCloseable {
  private static final Pool<Workspace> POOL = new Pool<>(Workspace::new);

  /** The features of keys between which masked ones stood. */
  static final int VISIBLE = 0;

  /** The output of rows with few weights. */
  static final int SPARSE_OUTPUT = 1;

  private static final int SLOTS = 2;
  private static final int SPARSE_SLOTS = 8;

  /** Borrowed with the workspace, since linear maps use such arrays too. */
  FloatArena arena = FloatArena.borrow();

  final BlockKeys blockKeys = new BlockKeys();
  final SparseRows sparseRows = new SparseRows();
  final HeadDecays decays = new HeadDecays();
  final FloatRow row = new FloatRow();
  final FloatRow scoreRow = new FloatRow();
  final FloatRow gradientRow = new FloatRow();
  private final float[][] floats = new float[SLOTS][0];
  private final float[][] sparse = new float[SPARSE_SLOTS][0];
  private int[] indices = {};
  private int[] supportKeys = {};
  private float[] supportWeights = {};
  private boolean used;

  private Workspace() {}

  /** Borrows a workspace; the borrower closes it. */
  static Workspace borrow() {
    Workspace workspace = POOL.borrow();
    if (workspace.used) {
      workspace.arena = FloatArena.borrow();
    }
    workspace.used = true;
    return workspace;
  }

  @Override
  public void close() {
    arena.close();
    POOL.giveBack(this);
  }

  /** An array of at least this length, with whatever was left in it. */
  float[] floats(int slot, int length) {
    if (floats[slot].length < length) {
      floats[slot] = new float[length];
    }
    return floats[slot];
  }

  /** An array for some rows with few weights. */
  float[] sparse(int slot, int length) {
    if (sparse[slot].length < length) {
      sparse[slot] = new float[length + length / 2];
    }
    return sparse[slot];
  }

  /** For the keys of the weights of several rows; keeps its content as it grows. */
  int[] supportKeys(int length) {
    if (supportKeys.length < length) {
      supportKeys = Arrays.copyOf(supportKeys, length + length / 2);
    }
    return supportKeys;
  }

  /** For these weights, likewise. */
  float[] supportWeights(int length) {
    if (supportWeights.length < length) {
      supportWeights = Arrays.copyOf(supportWeights, length + length / 2);
    }
    return supportWeights;
  }

  /** For the indices of the weights of one row. */
  int[] indices(int length) {
    if (indices.length < length) {
      indices = new int[length];
    }
    return indices;
  }
}
