package org.attention4j.internal.attention;

import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.threads.Workers;
import org.attention4j.internal.vector.FloatOps;

/**
 * A gate on attended values in FLOAT, {@code y = σ(z) ⊙ x}, whose gradients are
 *
 * <pre>
 *   dx = σ(z) ⊙ dy,   dz = σ(z) (1 - σ(z)) Σ x dy
 * </pre>
 *
 * <p>the sum being over the rows of x that share a row of z: x and y are [rows * shared, steps], z
 * is [rows, steps].
 *
 * @param rows the rows of z
 * @param shared how many neighbouring rows of x each of them gates
 * @param steps the numbers of a row
 */
public record FloatGate(int rows, int shared, int steps) {
  /** Numbers of x below which waking another thread does not pay. */
  private static final int SMALL = 1 << 15;

  /**
   * The gradients.
   *
   * @param dx dL/dx
   * @param dz dL/dz
   */
  public record Gradients(float[] dx, float[] dz) {}

  /**
   * Applies the gate.
   *
   * @param x the values
   * @param z what the gate is computed from
   * @return y
   */
  public float[] forward(float[] x, float[] z) {
    float[] y = FloatArrays.take(x.length);
    forEachRow(
        row -> {
          float[] gate = gate(z, row);
          int from = row * shared * steps;
          System.arraycopy(x, from, y, from, shared * steps);
          for (int i = 0; i < shared; i++) {
            multiply(y, from + i * steps, gate, 0);
          }
          FloatArrays.giveBack(gate);
        });
    return y;
  }

  /**
   * The backward pass.
   *
   * @param x the values
   * @param z what the gate is computed from
   * @param dy dL/dy
   * @return the gradients
   */
  public Gradients backward(float[] x, float[] z, float[] dy) {
    float[] dx = FloatArrays.take(x.length);
    float[] dz = FloatArrays.zeros(z.length);
    forEachRow(
        row -> {
          float[] gate = gate(z, row);
          float[] product = FloatArrays.take(steps);
          int to = row * steps;
          for (int i = 0; i < shared; i++) {
            int from = (row * shared + i) * steps;
            System.arraycopy(dy, from, product, 0, steps);
            multiply(product, 0, x, from);
            FloatOps.ROWS.add(dz, to, product, 0, steps, 1);
            System.arraycopy(dy, from, dx, from, steps);
            multiply(dx, from, gate, 0);
          }
          multiply(dz, to, gate, 0);
          FloatOps.ROWS.affine(gate, 0, steps, 1, -1);
          multiply(dz, to, gate, 0);
          FloatArrays.giveBack(product);
          FloatArrays.giveBack(gate);
        });
    return new Gradients(dx, dz);
  }

  private float[] gate(float[] z, int row) {
    float[] gate = FloatArrays.take(steps);
    System.arraycopy(z, row * steps, gate, 0, steps);
    FloatOps.ROWS.sigmoid(gate, 0, steps, 0);
    return gate;
  }

  /** x_i *= w_i. */
  private void multiply(float[] x, int from, float[] w, int at) {
    FloatOps.ROWS.center(x, from, w, at, steps, 0, 1);
  }

  private interface RowAction {
    void run(int row);
  }

  private void forEachRow(RowAction action) {
    Workers.run(rows, (long) rows * shared * steps > SMALL, action::run);
  }
}
