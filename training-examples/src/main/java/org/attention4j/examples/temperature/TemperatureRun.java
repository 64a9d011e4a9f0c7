package org.attention4j.examples.temperature;

import java.util.List;
import java.util.Objects;
import org.attention4j.monitor.alarms.Alarm;

/**
 * What one training at one temperature came to.
 *
 * @param normalizer the normalizer
 * @param temperature T
 * @param seed the seed
 * @param losses bits per character at each step; shorter than planned if they ended in NaN
 * @param gradientNorms of all parameters, per window, at each step
 * @param validationBits bits per character on the validation text; NaN if the loss was
 * @param heads what the monitor saw of each head
 * @param alarms in the order they were raised
 */
record TemperatureRun(
    TemperatureScaledNormalizer normalizer,
    double temperature,
    long seed,
    List<Double> losses,
    List<Double> gradientNorms,
    double validationBits,
    List<Head> heads,
    List<Alarm> alarms) {
  /** Fails for a file that lacks something. */
  TemperatureRun {
    Objects.requireNonNull(normalizer, "normalizer");
    losses = List.copyOf(losses);
    gradientNorms = List.copyOf(gradientNorms);
    heads = List.copyOf(heads);
    alarms = List.copyOf(alarms);
  }

  /**
   * One head, as means over the snapshots of the second half of training.
   *
   * @param layer the layer's name
   * @param head from 0
   * @param scoresGradient ‖dL/dz‖ of a row, z the scores before they are divided by T, L summed
   *     over the batch
   * @param entropy entropy / log n
   */
  record Head(String layer, int head, double scoresGradient, double entropy) {}
}
