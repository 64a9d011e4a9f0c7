package org.attention4j.examples.training;

import org.nd4j.linalg.schedule.ISchedule;

/**
 * A learning rate that rises linearly during the first steps and falls linearly to nearly zero at
 * the last.
 *
 * @param peak the highest rate
 * @param steps how many steps there are in all
 */
public record WarmUpAndDecay(double peak, int steps) implements ISchedule {
  private static final long serialVersionUID = 1L;

  /** Adam's first steps are the wildest: its averages rest on few gradients. */
  private static final double WARM_UP_SHARE = 0.05;

  @Override
  public double valueAt(int iteration, int epoch) {
    double warmUp = Math.max(1, WARM_UP_SHARE * steps);
    double rising = (iteration + 1) / warmUp;
    double falling = (steps - iteration) / (steps - warmUp + 1);
    return peak * Math.max(0, Math.min(1, Math.min(rising, falling)));
  }

  @Override
  public ISchedule clone() {
    return this;
  }
}
