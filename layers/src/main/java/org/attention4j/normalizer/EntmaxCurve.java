package org.attention4j.normalizer;

import static org.attention4j.normalizer.NormalizerContext.KEYS;

import java.util.function.UnaryOperator;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The powers of entmax for some alpha, and the threshold tau by them, in DOUBLE: {@code sum(d^q) =
 * 1} with {@code d = max(z - tau, 0)} and {@code q = 1 / (alpha - 1)}. Scores z here are without
 * gradient, have the row's maximum taken off and are multiplied by {@code alpha - 1}, which leaves
 * only the interval [-1, 0] for tau.
 *
 * @param power d to {@code d^q}
 * @param slope d to {@code d^(q - 1)} where d is positive, zero elsewhere
 * @param target a row's sum u of {@code d^q} to {@code u^(1 - 1/q)}, what Newton's step compares it
 *     with
 */
record EntmaxCurve(
    UnaryOperator<SDVariable> power,
    UnaryOperator<SDVariable> slope,
    UnaryOperator<SDVariable> target) {
  /**
   * Newton steps until tau stands still in DOUBLE: at most 9 over rows of 1 to 5,000 scores, tied,
   * tiny, huge, random and geometric, for alpha from 1.05 to 2. At 1.01 ten leave an error of 3e-15
   * in the weights.
   */
  private static final int NEWTON_STEPS = 10;

  private static final int BISECTIONS = 60;

  /**
   * Newton's method on the q-norm of d, which is convex in tau for q of at least 1, that is alpha
   * up to 2, so that the steps from tau = -1 approach the root from the left.
   */
  SDVariable newton(SameDiff sd, SDVariable shifted) {
    SDVariable tau = sd.constant(-1.0).castTo(shifted.dataType());
    for (int step = 0; step < NEWTON_STEPS; step++) {
      SDVariable distance = sd.nn.relu(shifted.sub(tau), 0);
      SDVariable sum = power.apply(distance).sum(true, KEYS);
      SDVariable derivative = slope.apply(distance).sum(true, KEYS);
      tau = tau.add(sum.sub(target.apply(sum)).div(derivative));
    }
    return tau;
  }

  /** Halves the interval for tau; for any alpha. */
  SDVariable bisection(SameDiff sd, SDVariable shifted) {
    DataType type = shifted.dataType();
    SDVariable tau = shifted.max(true, KEYS).mul(0.0).sub(1.0);
    double width = 1;
    for (int step = 0; step < BISECTIONS; step++) {
      width /= 2;
      SDVariable distance = sd.nn.relu(shifted.sub(tau.add(width)), 0);
      SDVariable enough = power.apply(distance).sum(true, KEYS).gte(1.0).castTo(type);
      tau = tau.add(enough.mul(width));
    }
    return tau;
  }
}
