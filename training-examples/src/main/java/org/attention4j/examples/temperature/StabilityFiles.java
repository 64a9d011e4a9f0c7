package org.attention4j.examples.temperature;

import java.nio.file.Path;
import java.util.List;
import org.attention4j.examples.report.Csv;

/** At which learning rates training is stable, as CSV. */
final class StabilityFiles {
  private StabilityFiles() {}

  /**
   * Writes the files.
   *
   * @param directory where they go
   * @param results all of a study, or as many as there are
   */
  static void write(Path directory, List<Stability> results) {
    Csv largest =
        new Csv(
            "updater",
            "normalizer",
            "temperature",
            "seed",
            "first_scores_deviation",
            "largest_rate_that_trains",
            "next_rate_that_fails");
    Csv rates =
        new Csv(
            "updater",
            "normalizer",
            "temperature",
            "seed",
            "start",
            "rate",
            "steps",
            "held_out_loss",
            "outcome");
    for (Stability result : results) {
      String rule = result.rule().label();
      String normalizer = result.normalizer().label();
      largest.row(
          rule,
          normalizer,
          result.temperature(),
          result.seed(),
          result.firstScores(),
          result.largest().trains(),
          result.largest().fails());
      result
          .attempts()
          .forEach(
              attempt ->
                  rates.row(
                      rule,
                      normalizer,
                      result.temperature(),
                      result.seed(),
                      attempt.start(),
                      attempt.rate(),
                      attempt.steps(),
                      attempt.held(),
                      attempt.outcome().label()));
    }
    largest.write(directory.resolve("largest-rates.csv"));
    rates.write(directory.resolve("rates.csv"));
  }
}
