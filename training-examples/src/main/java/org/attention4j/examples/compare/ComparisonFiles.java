package org.attention4j.examples.compare;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.attention4j.examples.report.Csv;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.training.Baselines;
import org.attention4j.monitor.alarms.Alarm;

/** The numbers of a comparison as CSV. */
final class ComparisonFiles {
  private ComparisonFiles() {}

  /**
   * Writes all of them.
   *
   * @param directory where they go
   * @param results what came of the comparison
   * @param baselines of its text
   */
  static void write(Path directory, List<NormalizerResult> results, Baselines baselines) {
    List<TrialResult> trials =
        results.stream().flatMap(result -> result.trials().stream()).toList();
    results(results).write(directory.resolve("results.csv"));
    trials(trials).write(directory.resolve("trials.csv"));
    lengths(trials).write(directory.resolve("lengths.csv"));
    losses(trials).write(directory.resolve("losses.csv"));
    checkpoints(trials).write(directory.resolve("validation.csv"));
    heads(trials).write(directory.resolve("attention.csv"));
    alarms(trials).write(directory.resolve("alarms.csv"));
    differences(ComparisonEvidence.judged(results, baselines))
        .write(directory.resolve("differences.csv"));
  }

  private static Csv results(List<NormalizerResult> results) {
    Csv csv =
        new Csv(
            "normalizer",
            "json",
            "seeds",
            "mean_validation_bits_per_character",
            "sd_validation_bits_per_character",
            "mean_attention_entropy_nats",
            "mean_effective_tokens",
            "parameters",
            "characters_per_second",
            "workspace_mib",
            "heap_mib_per_step",
            "alarms",
            "attention");
    for (NormalizerResult result : results) {
      csv.row(
          result.label(),
          result.trials().get(0).normalizer(),
          result.trials().size(),
          result.meanBits(),
          result.deviationOfBits(),
          result.meanEntropy(),
          result.meanEffectiveTokens(),
          result.trials().get(0).parameters(),
          result.charactersPerSecond(),
          result.workspaceMebibytes(),
          result.heapMebibytesPerStep(),
          result.alarms(),
          result.trials().get(0).options());
    }
    return csv;
  }

  private static Csv trials(List<TrialResult> trials) {
    Csv csv =
        new Csv(
            "normalizer",
            "seed",
            "validation_bits_per_character",
            "broke_down_at_step",
            "training_seconds",
            "training_cpu_seconds",
            "characters_per_second",
            "alarms");
    for (TrialResult trial : trials) {
      csv.row(
          trial.label(),
          trial.seed(),
          trial.validationBits(),
          trial.brokeDownAt() == null ? "" : trial.brokeDownAt(),
          trial.seconds(),
          trial.cpuSeconds(),
          trial.charactersPerSecond(),
          trial.alarms().size());
    }
    return csv;
  }

  private static Csv lengths(List<TrialResult> trials) {
    Csv csv =
        new Csv(
            "normalizer", "seed", "multiple", "validation_bits_per_character", "recall_accuracy");
    for (TrialResult trial : trials) {
      List<Double> recall = trial.recall();
      List<Integer> multiples = recall == null ? Validation.MULTIPLES : RecallAtLength.MULTIPLES;
      for (int i = 0; i < multiples.size(); i++) {
        csv.row(
            trial.label(),
            trial.seed(),
            multiples.get(i),
            i < trial.bitsAtLength().size() ? trial.bitsAtLength().get(i) : Double.NaN,
            recall == null ? Double.NaN : recall.get(i));
      }
    }
    return csv;
  }

  private static Csv losses(List<TrialResult> trials) {
    Csv csv = new Csv("normalizer", "seed", "step", "train_bits_per_character");
    for (TrialResult trial : trials) {
      for (int i = 0; i < trial.losses().size(); i++) {
        csv.row(trial.label(), trial.seed(), i + 1, Numbers.fixed(trial.losses().get(i), 5));
      }
    }
    return csv;
  }

  private static Csv checkpoints(List<TrialResult> trials) {
    Csv csv =
        new Csv(
            "normalizer",
            "seed",
            "step",
            "training_seconds",
            "training_cpu_seconds",
            "validation_bits_per_character");
    for (TrialResult trial : trials) {
      for (Checkpoint each : trial.checkpoints()) {
        csv.row(
            trial.label(),
            trial.seed(),
            each.step(),
            each.seconds(),
            each.cpuSeconds(),
            each.bits());
      }
    }
    return csv;
  }

  private static Csv heads(List<TrialResult> trials) {
    Csv csv =
        new Csv(
            "normalizer",
            "seed",
            "layer",
            "head",
            "mean_entropy_nats",
            "mean_effective_tokens",
            "mean_row_mass");
    for (TrialResult trial : trials) {
      for (HeadStatistics head : trial.heads()) {
        csv.row(
            trial.label(),
            trial.seed(),
            head.layer(),
            head.head(),
            head.entropy(),
            head.effectiveTokens(),
            head.rowMass());
      }
    }
    return csv;
  }

  private static Csv alarms(List<TrialResult> trials) {
    Csv csv =
        new Csv(
            "normalizer", "seed", "step", "layer", "head", "rule", "metric", "value", "message");
    for (TrialResult trial : trials) {
      for (Alarm alarm : trial.alarms()) {
        csv.row(
            trial.label(),
            trial.seed(),
            alarm.iteration(),
            alarm.layer(),
            alarm.heads().stream().map(String::valueOf).collect(Collectors.joining(" ")),
            alarm.rule(),
            alarm.metric(),
            alarm.value(),
            alarm.message());
      }
    }
    return csv;
  }

  private static Csv differences(List<NormalizerResult> results) {
    Csv csv = new Csv("normalizer", "reference", "difference", "low", "high", "p_holm");
    for (Difference each : SeedNoise.amongAll(results)) {
      csv.row(each.label(), each.reference(), each.mean(), each.low(), each.high(), each.p());
    }
    return csv;
  }
}
