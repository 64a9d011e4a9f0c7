package org.attention4j.examples.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.attention4j.examples.statistics.Smoothing;

/**
 * The training loss of a normalizer, the mean over its seeds, smoothed.
 *
 * @param steps from 1
 * @param bits in bits per character
 */
record LossCurve(double[] steps, double[] bits) {
  /** As far as training with every seed came. */
  static LossCurve of(NormalizerResult result) {
    int length = result.trials().stream().mapToInt(t -> t.losses().size()).min().orElse(0);
    List<Double> means = new ArrayList<>();
    double[] steps = new double[length];
    for (int i = 0; i < length; i++) {
      int step = i;
      steps[i] = i + 1;
      means.add(
          result.trials().stream()
              .mapToDouble(trial -> trial.losses().get(step))
              .average()
              .orElse(Double.NaN));
    }
    return new LossCurve(
        steps, Smoothing.smooth(means).stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** Without the steps before one, from 1. */
  LossCurve from(int first) {
    int skipped = Math.min(first - 1, steps.length);
    return new LossCurve(
        Arrays.copyOfRange(steps, skipped, steps.length),
        Arrays.copyOfRange(bits, skipped, bits.length));
  }
}
