package org.attention4j.examples.training;

import org.nd4j.linalg.schedule.ISchedule;

/**
 * A learning rate that rises linearly during the first steps, stays, and falls linearly to nearly
 * zero over the last fifth. Until it falls it does not depend on the number of steps, so a training
 * can be ended early by letting it fall early.
 *
 * @param peak the highest rate
 * @param steps how many steps there are in all
 * @see <a href="https://arxiv.org/abs/2405.18392">Hägele et al. 2024</a>
 */
public record HoldAndDecay(double peak, int steps) implements ISchedule {
  private static final long serialVersionUID = 1L;

  /** Adam's first steps are the wildest: its averages rest on few gradients. */
  private static final double WARM_UP = 100;

  private static final double FALLING_SHARE = 0.2;

  @Override
  public double valueAt(int iteration, int epoch) {
    double rising = (iteration + 1) / WARM_UP;
    double falling = (steps - iteration) / (FALLING_SHARE * steps);
    return peak * Math.max(0, Math.min(1, Math.min(rising, falling)));
  }

  @Override
  public ISchedule clone() {
    return this;
  }
}
