package org.attention4j.examples.compare;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What a normalizer needs on the validation text while it trains, means over its seeds.
 *
 * @param seconds of training
 * @param bits in bits per character
 */
record ValidationCurve(double[] seconds, double[] bits) {
  /** As far as training with every seed came. */
  static ValidationCurve of(NormalizerResult result) {
    List<TrialResult> trials = result.trials();
    int length = trials.stream().mapToInt(trial -> trial.checkpoints().size()).min().orElse(0);
    return new ValidationCurve(
        means(trials, length, Checkpoint::seconds), means(trials, length, Checkpoint::bits));
  }

  private static double[] means(
      List<TrialResult> trials, int length, ToDoubleFunction<Checkpoint> number) {
    return IntStream.range(0, length)
        .mapToDouble(
            i ->
                trials.stream()
                    .mapToDouble(trial -> number.applyAsDouble(trial.checkpoints().get(i)))
                    .average()
                    .orElse(Double.NaN))
        .toArray();
  }
}
