package org.attention4j.examples.compare;

import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.attention4j.examples.training.Baselines;

/**
 * The loss to which times are taken: the lowest of the baselines that every training came below, so
 * that there is a time for each. Normalizers with which a training broke down do not count.
 *
 * @param name the baseline
 * @param bits bits per character
 */
record LossLevel(String name, double bits) {
  /**
   * Finds the level of a comparison.
   *
   * @param results what came of the comparison
   * @param baselines of its text
   * @return the level; none if a training came below no baseline
   */
  static Optional<LossLevel> of(List<NormalizerResult> results, Baselines baselines) {
    return Stream.of(
            new LossLevel("trigram", baselines.trigram()),
            new LossLevel("bigram", baselines.bigram()),
            new LossLevel("unigram", baselines.unigram()))
        .filter(
            level ->
                results.stream()
                    .filter(NormalizerResult::wentWell)
                    .flatMap(result -> result.trials().stream())
                    .allMatch(trial -> !Double.isNaN(level.time(trial, Checkpoint::seconds))))
        .findFirst();
  }

  /**
   * How long a training took to come below the level.
   *
   * @param trial the training
   * @param clock which time
   * @return the time at the first checkpoint below the level; NaN if there is none
   */
  double time(TrialResult trial, ToDoubleFunction<Checkpoint> clock) {
    return trial.checkpoints().stream()
        .filter(checkpoint -> checkpoint.bits() < bits)
        .mapToDouble(clock)
        .findFirst()
        .orElse(Double.NaN);
  }
}
