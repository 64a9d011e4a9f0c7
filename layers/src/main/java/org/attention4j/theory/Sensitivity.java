package org.attention4j.theory;

import java.util.Random;

/**
 * Gradient sensitivity of softmax: how far a small push of the scores moves the weights.
 *
 * @see <a href="https://arxiv.org/abs/2508.17821">Limitations of Normalization, section 5</a>
 */
public final class Sensitivity {
  private Sensitivity() {}

  /**
   * {@code g(T, ε) = ‖softmax((l + εv)/T) − softmax(l/T)‖₂ / ε} in one direction v.
   *
   * @param logits l
   * @param direction v, scaled to length one here
   * @param temperature T, positive
   * @param epsilon ε, positive
   * @return g, at most {@link #bound}
   */
  public static double of(double[] logits, double[] direction, double temperature, double epsilon) {
    double step = epsilon / Vectors.norm(direction);
    double[] pushed = logits.clone();
    for (int i = 0; i < pushed.length; i++) {
      pushed[i] += step * direction[i];
    }
    double[] before = WeightRow.softmax(logits, temperature);
    double[] after = WeightRow.softmax(pushed, temperature);
    return Vectors.distance(after, 1, before) / epsilon;
  }

  /**
   * {@code g(T, ε)} in a direction drawn evenly from the sphere.
   *
   * @param logits l
   * @param temperature T, positive
   * @param epsilon ε, positive
   * @param random where the direction comes from
   * @return g
   */
  public static double inRandomDirection(
      double[] logits, double temperature, double epsilon, Random random) {
    double[] direction = new double[logits.length];
    for (int i = 0; i < direction.length; i++) {
      direction[i] = random.nextGaussian();
    }
    return of(logits, direction, temperature, epsilon);
  }

  /**
   * What no finite difference exceeds: {@code min(1/(2T), √2/ε)}, since the Jacobian's norm is at
   * most 1/(2T) and two rows of weights are at most √2 apart.
   *
   * @param temperature T, positive
   * @param epsilon ε, positive
   * @return the bound
   */
  public static double bound(double temperature, double epsilon) {
    return Math.min(SoftmaxJacobian.spectralBound(temperature), Math.sqrt(2) / epsilon);
  }
}
