package org.attention4j.examples.temperature;

import java.util.List;
import java.util.OptionalInt;
import org.apache.commons.math3.stat.descriptive.rank.Median;
import org.attention4j.monitor.alarms.Alarm;

/**
 * What is to be said of one training, next to the one at T = 1 with the same normalizer, first
 * weights and batches.
 *
 * @param outcome how it went; a model that learned no more than how often each character occurs has
 *     stalled
 * @param medianGradient the median of the gradient norms
 * @param spikes how many steps had a gradient far above the usual one before it
 * @param shown the first step at which the loss gave a fault away: from there on for some steps the
 *     loss was clearly above that of T = 1; empty if it never was
 * @param firstAlarm the first step at which the monitor raised an alarm; empty if it never did
 */
record Verdict(
    Outcome outcome, double medianGradient, int spikes, OptionalInt shown, OptionalInt firstAlarm) {
  /** So many times the median of the steps before it, a gradient counts as a spike. */
  static final double SPIKE = 3;

  /** How many steps before it a gradient is compared with. */
  static final int SPIKE_WINDOW = 20;

  /** So many bits per character above T = 1 a loss gives a fault away. */
  static final double SHOWN_BITS = 0.1;

  /** For so many steps in a row. */
  static final int SHOWN_STEPS = 5;

  private static final int MIN_STEPS_BEFORE = 5;

  /**
   * Judges a training.
   *
   * @param run the training
   * @param reference the one at T = 1
   * @param unigramEntropy what a model needs that knows only how often each character occurs
   * @return the verdict
   */
  static Verdict of(TemperatureRun run, TemperatureRun reference, double unigramEntropy) {
    double[] gradients = array(run.gradientNorms());
    return new Verdict(
        Outcome.of(run.losses(), run.validationBits(), unigramEntropy),
        new Median().evaluate(gradients),
        spikes(gradients),
        shown(run.losses(), reference.losses()),
        run.alarms().stream().mapToInt(Verdict::step).min());
  }

  /** The step, from 1, of an alarm whose iteration is counted from 0. */
  static int step(Alarm alarm) {
    return alarm.iteration() + 1;
  }

  /** By how many steps the first alarm came before the loss gave the fault away. */
  OptionalInt lead() {
    return shown.isPresent() && firstAlarm.isPresent()
        ? OptionalInt.of(shown.getAsInt() - firstAlarm.getAsInt())
        : OptionalInt.empty();
  }

  static int spikes(double[] gradients) {
    int spikes = 0;
    for (int i = MIN_STEPS_BEFORE; i < gradients.length; i++) {
      int from = Math.max(0, i - SPIKE_WINDOW);
      double usual = new Median().evaluate(gradients, from, i - from);
      if (!(gradients[i] <= SPIKE * usual)) {
        spikes++;
      }
    }
    return spikes;
  }

  static OptionalInt shown(List<Double> losses, List<Double> reference) {
    int inRow = 0;
    for (int i = 0; i < losses.size(); i++) {
      if (!Double.isFinite(losses.get(i))) {
        return OptionalInt.of(i + 1 - inRow);
      }
      boolean above = i < reference.size() && losses.get(i) - reference.get(i) > SHOWN_BITS;
      inRow = above ? inRow + 1 : 0;
      if (inRow == SHOWN_STEPS) {
        return OptionalInt.of(i + 2 - SHOWN_STEPS);
      }
    }
    return OptionalInt.empty();
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
