package org.attention4j.examples.temperature;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.attention4j.examples.report.Csv;
import org.attention4j.examples.temperature.Sensitivities.Steepness;
import org.attention4j.monitor.alarms.Alarm;

/** All numbers of a study of temperatures, as CSV. */
final class TemperatureFiles {
  private TemperatureFiles() {}

  /**
   * Writes the files.
   *
   * @param directory where they go
   * @param study the numbers
   */
  static void write(Path directory, TemperatureStudy study) {
    sensitivity(study).write(directory.resolve("sensitivity.csv"));
    training(study).write(directory.resolve("training.csv"));
    ofRuns(directory, study.runs());
  }

  /**
   * Writes what each training came to by itself, for a study that is not finished: {@code
   * training.csv} then lacks what only the training at T = 1 beside it can show.
   *
   * @param directory where the files go
   * @param runs as many as there are
   */
  static void writePart(Path directory, List<TemperatureRun> runs) {
    Csv csv = new Csv("normalizer", "temperature", "seed", "validation_bits_per_character");
    for (TemperatureRun run : runs) {
      csv.row(run.normalizer().label(), run.temperature(), run.seed(), run.validationBits());
    }
    csv.write(directory.resolve("training.csv"));
    ofRuns(directory, runs);
  }

  private static void ofRuns(Path directory, List<TemperatureRun> runs) {
    steps(runs).write(directory.resolve("steps.csv"));
    heads(runs).write(directory.resolve("heads.csv"));
    alarms(runs).write(directory.resolve("alarms.csv"));
  }

  private static Csv sensitivity(TemperatureStudy study) {
    Csv csv = new Csv("normalizer", "temperature", "seed", "quantity", "epsilon", "value");
    for (TemperatureScaledNormalizer normalizer : study.normalizers()) {
      for (double temperature : study.temperatures()) {
        for (long seed : study.seeds()) {
          Steepness steepness = study.steepness(normalizer, temperature, seed);
          for (int e = 0; e < Sensitivities.EPSILONS.length; e++) {
            csv.row(
                normalizer.label(),
                temperature,
                seed,
                "finite_difference",
                Sensitivities.EPSILONS[e],
                steepness.finiteDifferences()[e]);
          }
          csv.row(
              normalizer.label(), temperature, seed, "jacobian_spectral", "", steepness.jacobian());
        }
      }
    }
    return csv;
  }

  private static Csv training(TemperatureStudy study) {
    Csv csv =
        new Csv(
            "normalizer",
            "temperature",
            "seed",
            "validation_bits_per_character",
            "outcome",
            "median_gradient_norm",
            "gradient_spikes",
            "loss_shown_at_step",
            "first_alarm_at_step");
    for (TemperatureRun run : study.runs()) {
      Verdict verdict = study.verdict(run);
      csv.row(
          run.normalizer().label(),
          run.temperature(),
          run.seed(),
          run.validationBits(),
          verdict.outcome().label(),
          verdict.medianGradient(),
          verdict.spikes(),
          verdict.shown().isPresent() ? verdict.shown().getAsInt() : "",
          verdict.firstAlarm().isPresent() ? verdict.firstAlarm().getAsInt() : "");
    }
    return csv;
  }

  private static Csv steps(List<TemperatureRun> runs) {
    Csv csv =
        new Csv(
            "normalizer",
            "temperature",
            "seed",
            "step",
            "train_bits_per_character",
            "gradient_norm");
    for (TemperatureRun run : runs) {
      for (int i = 0; i < run.losses().size(); i++) {
        csv.row(
            run.normalizer().label(),
            run.temperature(),
            run.seed(),
            i + 1,
            run.losses().get(i),
            run.gradientNorms().get(i));
      }
    }
    return csv;
  }

  private static Csv heads(List<TemperatureRun> runs) {
    Csv csv =
        new Csv(
            "normalizer",
            "temperature",
            "seed",
            "layer",
            "head",
            "scores_gradient_norm",
            "normalized_entropy");
    for (TemperatureRun run : runs) {
      for (TemperatureRun.Head head : run.heads()) {
        csv.row(
            run.normalizer().label(),
            run.temperature(),
            run.seed(),
            head.layer(),
            head.head(),
            head.scoresGradient(),
            head.entropy());
      }
    }
    return csv;
  }

  private static Csv alarms(List<TemperatureRun> runs) {
    Csv csv =
        new Csv("normalizer", "temperature", "seed", "step", "rule", "layer", "head", "message");
    for (TemperatureRun run : runs) {
      for (Alarm alarm : run.alarms()) {
        csv.row(
            run.normalizer().label(),
            run.temperature(),
            run.seed(),
            Verdict.step(alarm),
            alarm.rule(),
            alarm.layer(),
            alarm.heads().stream().map(String::valueOf).collect(Collectors.joining(" ")),
            alarm.message());
      }
    }
    return csv;
  }
}
