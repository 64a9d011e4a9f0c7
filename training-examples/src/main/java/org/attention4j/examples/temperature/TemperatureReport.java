package org.attention4j.examples.temperature;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.attention4j.examples.report.Block;
import org.attention4j.examples.report.Gallery;
import org.attention4j.examples.report.Paragraph;
import org.attention4j.examples.report.Report;
import org.attention4j.examples.report.Section;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.support.Numbers;

/** What a study of temperatures came to, as a page. */
final class TemperatureReport {
  private TemperatureReport() {}

  /**
   * Lays the page out.
   *
   * @param stability the learning rates
   * @param study the language models
   * @param facts what was run
   * @return the page
   */
  static Report of(StabilityStudy stability, TemperatureStudy study, Map<String, String> facts) {
    SensitivityFigures fixed = new SensitivityFigures(study);
    TrainingFigures training = new TrainingFigures(study);
    List<Block> conclusion = new ArrayList<>();
    StabilityConclusion.of(stability).forEach(text -> conclusion.add(Paragraph.finding(text)));
    TemperatureConclusion.of(study).forEach(text -> conclusion.add(Paragraph.finding(text)));
    return new Report(
        "Temperature: the 1/T instability",
        "Attention with %s, at %s and with %s: the learning rates that still train, and how steep the normalizers are."
            .formatted(
                study.normalizers().stream()
                    .map(TemperatureScaledNormalizer::label)
                    .collect(Collectors.joining(", ")),
                Numbers.count(study.temperatures().length, "temperature"),
                Numbers.count(study.seeds().size(), "seed")),
        List.of(
            new Section("Conclusion", conclusion),
            largestRates(stability),
            shares(stability),
            finiteDifferences(fixed),
            jacobian(fixed),
            gradientsAndLosses(training),
            whatTemperatureDoes(training),
            heads(training),
            Section.of("Faults and alarms", definitions(), training.verdicts())),
        facts);
  }

  private static Section largestRates(StabilityStudy study) {
    StabilityFigures figures = new StabilityFigures(study);
    List<Block> blocks = new ArrayList<>();
    blocks.add(
        Paragraph.of(
            "A small model learns to find a value by its key, which only attention can do: %s. A training diverges if a loss is not finite or above %s times the first one, stalls if the loss of questions that it did not see is not below %s of that of guessing (%s nats) after the last step, and trains otherwise. First weights, and so the scores z, are the same at all T; the normalizer sees z/T. The scores have a standard deviation of %s at first."
                .formatted(
                    study.settings().text(),
                    Numbers.plain(Outcome.DIVERGED_FACTOR),
                    Numbers.plain(StabilitySettings.LEARNED_SHARE),
                    Numbers.fixed(study.settings().task().chanceLoss(), 2),
                    Numbers.fixed(study.firstScores().mean(), 2))));
    study.rules().forEach(rule -> blocks.add(Gallery.of(figures.largestRates(rule))));
    blocks.add(figures.largestRateNumbers());
    blocks.add(
        Paragraph.remark(
            "Searched for each seed alone, from the highest rate of the grid down by half decades to the first that trains, then by halving between it and the one above, on a grid of %d rates a decade. So every half decade above has failed; what trains in a range shorter than half a decade above a rate that fails may be missed. 'none' and \u2265: the median is below or above the grid. Slopes of the logarithm of the median over log T by least squares, with 95 %% confidence intervals, over temperatures whose median is on the grid; a dash where there are fewer than three. The line proportional to T is what gradients that grow as 1/T predict."
                .formatted(RateGrid.PER_DECADE)));
    return new Section("Learning rates that still train", blocks);
  }

  private static Section shares(StabilityStudy study) {
    StabilityFigures figures = new StabilityFigures(study);
    return Section.of(
        "One learning rate at all temperatures",
        Paragraph.of(
            "%s for each seed, each with its own first weights and questions. Bands are Wilson's 95 %% intervals of the share that diverges or stalls."
                .formatted(Numbers.count(study.settings().starts(), "training"))),
        Gallery.of(study.rules().stream().map(figures::shares).toList(), figures.shareNumbers()));
  }

  private static Section finiteDifferences(SensitivityFigures fixed) {
    return Section.of(
        "Fixed weights: finite differences",
        Paragraph.of(
            "g(T, \u03b5) = \u2016map((z + \u03b5v)/T) \u2212 map(z/T)\u2016 / \u03b5 in a"
                + " random direction v of length one: the mean over tokens, then the"
                + " largest of all heads. The scores z are those of the softmax model at T"
                + " = 1 after its training, the same for all normalizers. Points are means"
                + " over seeds."),
        Gallery.of(fixed.finiteDifferences(), fixed.numbers()));
  }

  private static Section jacobian(SensitivityFigures fixed) {
    return Section.of(
        "Fixed weights: the Jacobian",
        Paragraph.of(
            "\u2016dp/dz\u2016\u2082, exact, at the same scores. 1/(4T) is the line of the"
                + " paper; it bounds every entry of softmax's Jacobian, not its norm."
                + " 1/(2T) is the tight bound of the norm of softmax; sparsemax can reach"
                + " 1/T."),
        Gallery.of(fixed.jacobian(), fixed.jacobianNumbers()),
        fixed.slopes(),
        Paragraph.remark(
            "Slopes of log g and log \u2016dp/dz\u2016\u2082 over log T by least squares,"
                + " with 95 % confidence intervals, through the points of all seeds;"
                + " \u22121 is 1/T. The points of one seed share their scores, so the"
                + " intervals are rather too narrow."));
  }

  private static Section gradientsAndLosses(TrainingFigures training) {
    return Section.of(
        "Training: gradients and losses",
        Paragraph.of(
            "The norm of the gradient of all parameters before the updater sees it, and the"
                + " training loss. Lines are means over seeds, bands reach from the least"
                + " to the largest."),
        Gallery.of(training.gradientTraces()),
        Gallery.of(training.lossCurves()));
  }

  private static Section whatTemperatureDoes(TrainingFigures training) {
    return Section.of(
        "Training: what T does",
        Gallery.of(
            List.of(training.validation(), training.gradientByTemperature()),
            training.validationNumbers(),
            training.gradientNumbers()));
  }

  private static Section heads(TrainingFigures training) {
    return Section.of(
        "Training: heads",
        Paragraph.of(
            "What the monitor saw of each head in the second half of training, means over"
                + " seeds: the gradient by the scores before they are divided by T, of the"
                + " loss summed over the batch, and the entropy over the largest possible"
                + " one. Solid for the first layer's heads, dashed for later ones once the"
                + " colours are used up."),
        Gallery.of(training.scoresGradients(), training.scoresGradientNumbers()),
        Gallery.of(training.entropies(), training.entropyNumbers()));
  }

  private static Paragraph definitions() {
    return Paragraph.of(
        "Diverged: a loss was not finite, or above %s times the first one. Stalled: learned no more than how often each character occurs. Spike: a gradient above %s times the median of the up to %d steps before. Shown: the first of %d steps in a row with a loss more than %s bits above that of the same normalizer, seed and batch at T = 1. Alarm: the first one of the monitor, which looks every %d steps; cold-softmax reads T itself and fires at once. Lead: steps from alarm to shown; medians over seeds."
            .formatted(
                Numbers.plain(Outcome.DIVERGED_FACTOR),
                Numbers.plain(Verdict.SPIKE),
                Verdict.SPIKE_WINDOW,
                Verdict.SHOWN_STEPS,
                Numbers.plain(Verdict.SHOWN_BITS),
                TemperatureTraining.SNAPSHOT_INTERVAL));
  }

  /** One row for each normalizer, one column for each temperature. */
  static Table byTemperature(
      String caption,
      TemperatureStudy study,
      BiFunction<TemperatureScaledNormalizer, Double, String> cell) {
    List<String> headings = new ArrayList<>(List.of("normalizer"));
    for (double temperature : study.temperatures()) {
      headings.add("T = " + Numbers.plain(temperature));
    }
    List<Table.Row> rows = new ArrayList<>();
    for (TemperatureScaledNormalizer normalizer : study.normalizers()) {
      List<String> cells = new ArrayList<>(List.of(normalizer.label()));
      for (double temperature : study.temperatures()) {
        cells.add(cell.apply(normalizer, temperature));
      }
      rows.add(Table.Row.ofCurve(rows.size(), cells));
    }
    return new Table(caption, headings, rows);
  }
}
