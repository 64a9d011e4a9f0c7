package org.attention4j.internal.attention;

import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.threads.Workers;
import org.attention4j.internal.vector.FloatOps;

/**
 * Rotary positions in FLOAT (Su et al. 2021, arXiv 2104.09864): features i and i + d/2 of a head
 * are the coordinates of a plane, which is turned by the angle {@code position * base^(-2 i / d)}.
 * The backward pass turns back.
 *
 * <p>Arrays are [rows * d, steps], where a row is one head of one example.
 *
 * @param rows how many heads all examples have together
 * @param headSize d, even
 * @param steps the numbers of each feature
 */
public record FloatRotary(int rows, int headSize, int steps) {
  /** Numbers below which waking another thread does not pay. */
  private static final int SMALL = 1 << 16;

  /**
   * The cosines and sines of the angles, computed in DOUBLE.
   *
   * @param cosines of plane i at step t, [d/2, steps]
   * @param sines likewise
   */
  public record Angles(float[] cosines, float[] sines) {}

  /**
   * Computes the angles.
   *
   * @param positions of the steps
   * @param base what the frequencies come from
   * @return their cosines and sines
   */
  public Angles angles(double[] positions, double base) {
    float[] cosines = FloatArrays.take(headSize / 2 * steps);
    float[] sines = FloatArrays.take(headSize / 2 * steps);
    for (int i = 0; i < headSize / 2; i++) {
      double frequency = Math.pow(base, -2.0 * i / headSize);
      for (int t = 0; t < steps; t++) {
        double angle = frequency * positions[t];
        cosines[i * steps + t] = (float) Math.cos(angle);
        sines[i * steps + t] = (float) Math.sin(angle);
      }
    }
    return new Angles(cosines, sines);
  }

  /**
   * Turns the planes.
   *
   * @param x the features
   * @param angles by how much
   * @return y
   */
  public float[] forward(float[] x, Angles angles) {
    return rotate(x, angles, 0, headSize / 2);
  }

  /**
   * The backward pass.
   *
   * @param dy dL/dy
   * @param angles those of the forward pass
   * @return dL/dx
   */
  public float[] backward(float[] dy, Angles angles) {
    return rotate(dy, angles, headSize / 2, 0);
  }

  private float[] rotate(float[] x, Angles angles, int first, int second) {
    float[] y = FloatArrays.take(x.length);
    Workers.run(
        rows,
        x.length > SMALL,
        row -> {
          for (int i = 0; i < headSize / 2; i++) {
            int plane = row * headSize + i;
            FloatOps.ROWS.rotate(
                x,
                (plane + first) * steps,
                (plane + second) * steps,
                angles.cosines,
                angles.sines,
                i * steps,
                y,
                steps);
          }
        });
    return y;
  }
}
