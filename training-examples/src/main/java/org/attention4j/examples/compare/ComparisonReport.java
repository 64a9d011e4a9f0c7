package org.attention4j.examples.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.attention4j.examples.report.Block;
import org.attention4j.examples.report.Code;
import org.attention4j.examples.report.Figure;
import org.attention4j.examples.report.Gallery;
import org.attention4j.examples.report.LineChart;
import org.attention4j.examples.report.Paragraph;
import org.attention4j.examples.report.Report;
import org.attention4j.examples.report.Section;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.report.Table.Emphasis;
import org.attention4j.examples.report.Table.Row;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.training.Baselines;
import org.attention4j.monitor.alarms.Alarm;

/** Tells what a comparison came to. */
final class ComparisonReport {
  /** The chart of the end leaves out this part of the steps, which lies far above the rest. */
  private static final int BEGINNING = 4;

  /** More of them would bury the rest of the page; alarms.csv has all. */
  private static final int MAX_ALARMS = 40;

  private final Experiment experiment;
  private final List<NormalizerResult> results;
  private final Baselines baselines;

  /**
   * Prepares a report.
   *
   * @param experiment what was trained
   * @param baselines of the text
   * @param results what came of it
   */
  ComparisonReport(Experiment experiment, Baselines baselines, List<NormalizerResult> results) {
    this.experiment = experiment;
    this.results = List.copyOf(results);
    this.baselines = baselines;
  }

  /**
   * Makes the report.
   *
   * @param logs what the monitor saw, one for each normalizer
   * @param sideBySide what else is in the directory
   * @param facts what is needed to run it again
   * @return the report
   */
  Report of(List<MonitorLog> logs, List<Section> sideBySide, Map<String, String> facts) {
    List<Section> sections = new ArrayList<>();
    sections.add(summary());
    sections.add(new AtLength(results, experiment).section());
    sections.addAll(sideBySide);
    sections.add(losses());
    sections.add(differences());
    sections.add(new AttentionCurves(results, logs).section());
    sections.add(alarms());
    sections.add(samples());
    sections.add(settings());
    return new Report(
        "Normalizers compared",
        "The same small transformer on the same text; for each seed the same first weights and the"
            + " same batches. Only "
            + (withOptions()
                ? "normalizer and options of the attention differ."
                : "the map from attention scores to attention weights differs."),
        sections,
        facts);
  }

  /** Whether a model has an option that is not one of all models. */
  private boolean withOptions() {
    return results.stream().map(result -> result.trials().get(0).options()).distinct().count() > 1;
  }

  /** The table that is also printed. */
  Table table() {
    return ResultTable.of(results, baselines);
  }

  private Section summary() {
    List<String> labels = labels();
    Figure figure =
        new Figure(
            "bits",
            "Validation bits per character, mean and standard deviation over the seeds",
            new SpreadChart(
                "Validation",
                "bits per character",
                labels,
                List.of(
                    new SpreadChart.Group(
                        "all seeds",
                        results.stream().map(NormalizerResult::meanBits).toList(),
                        results.stream().map(NormalizerResult::deviationOfBits).toList()))));
    return Section.of(
        "Results",
        Paragraph.finding(Findings.about(results, baselines)),
        table(),
        Paragraph.remark(
            ("Fewer bits per character are better. %s They are n-gram models of the training text"
                 + " with interpolated Witten–Bell smoothing. ± is the standard deviation over the"
                 + " seeds. %s %s Entropy H and effective tokens (e to the H) are means over"
                 + " examples, queries and heads at the end of training. Characters per second:"
                 + " those of a batch over the median time of a step without the monitor, while as"
                 + " many models train as the machine has processors. Memory: what workspaces hold"
                 + " for a step, beside parameters and updater state.")
                .formatted(Findings.about(baselines), time(), whyTwoPValues())),
        Gallery.of(figure, seeds()));
  }

  private String time() {
    return LossLevel.of(results, baselines)
        .map(
            level ->
                ("Seconds to %s: of training, until the loss on %d validation windows is below %s,"
                        + " the lowest baseline that every training came below. It is measured %d"
                        + " times in a training, and that takes no part in the time.")
                    .formatted(
                        level.name(),
                        Validation.CHECKPOINT_WINDOWS,
                        Numbers.fixed(level.bits(), 3),
                        TrialTraining.CHECKPOINTS))
        .orElse("");
  }

  private String whyTwoPValues() {
    List<NormalizerResult> judged = ComparisonEvidence.judged(results, baselines);
    int well = judged.size();
    return missing().isPresent() || !judged.contains(results.get(0))
        ? ""
        : ("p here is for the question how each normalizer differs from %s: Holm's correction for"
                + " %s. Under Differences, where all pairs are asked for, the same pair's p is"
                + " corrected for %s and so may be larger; the text above goes by that one.")
            .formatted(
                results.get(0).label(),
                Numbers.count(well - 1, "pair"),
                Numbers.count(well * (well - 1) / 2, "pair"));
  }

  private Optional<String> missing() {
    return ComparisonEvidence.missing(results, baselines);
  }

  private Table seeds() {
    List<String> headings = new ArrayList<>(List.of("normalizer"));
    experiment.seeds().forEach(seed -> headings.add("seed " + seed));
    return new Table(
        "Validation bits per character",
        headings,
        rows(
            result -> {
              List<String> cells = new ArrayList<>(List.of(result.label()));
              result.trials().forEach(trial -> cells.add(Numbers.fixed(trial.validationBits(), 4)));
              return cells;
            }));
  }

  private Section losses() {
    int[] shown =
        IntStream.of(4, 2, 1)
            .map(part -> Math.max(1, experiment.steps() / part))
            .distinct()
            .toArray();
    List<String> headings = new ArrayList<>(List.of("normalizer"));
    IntStream.of(shown).forEach(step -> headings.add("step " + step));
    Table numbers =
        new Table(
            "Smoothed training loss in bits per character",
            headings,
            rows(
                result -> {
                  List<String> cells = new ArrayList<>(List.of(result.label()));
                  double[] bits = LossCurve.of(result).bits();
                  IntStream.of(shown)
                      .forEach(
                          step ->
                              cells.add(
                                  step > bits.length ? "–" : Numbers.fixed(bits[step - 1], 3)));
                  return cells;
                }));
    List<Figure> figures = new ArrayList<>(List.of(lossesFrom(1)));
    if (experiment.steps() >= BEGINNING) {
      figures.add(lossesFrom(experiment.steps() / BEGINNING + 1));
    }
    figures.add(validation());
    return Section.of("Training loss", Gallery.of(figures, numbers));
  }

  private Figure lossesFrom(int first) {
    LineChart chart =
        new LineChart(
                first == 1 ? "Training loss" : "Training loss from step " + first,
                "step",
                "bits per character")
            .small();
    for (int i = 0; i < results.size(); i++) {
      LossCurve curve = LossCurve.of(results.get(i)).from(first);
      chart.line(results.get(i).label(), i, curve.steps(), curve.bits());
    }
    guides(chart, first, experiment.steps());
    return new Figure(
        first == 1 ? "losses" : "losses-end",
        "Training loss against the step%s, the mean over the seeds, smoothed; one curve for each normalizer"
            .formatted(first == 1 ? "" : " without the first quarter"),
        chart);
  }

  private void guides(LineChart chart, double from, double to) {
    double[] ends = {from, to};
    chart.guide("bigram", ends, new double[] {baselines.bigram(), baselines.bigram()});
    chart.guide("trigram", ends, new double[] {baselines.trigram(), baselines.trigram()});
  }

  private Figure validation() {
    LineChart chart =
        new LineChart("Validation", "seconds of training", "bits per character").small();
    double last = 0;
    for (int i = 0; i < results.size(); i++) {
      ValidationCurve curve = ValidationCurve.of(results.get(i));
      chart.line(results.get(i).label(), i, curve.seconds(), curve.bits());
      last = Math.max(last, Arrays.stream(curve.seconds()).max().orElse(0));
    }
    guides(chart, 0, last);
    return new Figure(
        "validation",
        "Validation bits per character against the time of training, means over the seeds",
        chart);
  }

  private Section differences() {
    Optional<String> missing = missing();
    if (missing.isPresent()) {
      return Section.of("Differences", Paragraph.of("No verdict: " + missing.get() + "."));
    }
    List<Difference> differences =
        SeedNoise.amongAll(ComparisonEvidence.judged(results, baselines));
    List<Row> rows =
        differences.stream()
            .map(
                each ->
                    Row.of(
                            List.of(
                                each.label() + " – " + each.reference(),
                                Numbers.signed(each.mean(), 4),
                                Numbers.signed(each.low(), 4)
                                    + " … "
                                    + Numbers.signed(each.high(), 4),
                                Numbers.fixed(each.p(), 4),
                                each.isLarge() ? "larger than seed noise" : "within seed noise"))
                        .with(each.isLarge() ? Emphasis.STRONG : Emphasis.NONE))
            .toList();
    return Section.of(
        "Differences",
        Paragraph.of(SeedNoise.METHOD),
        new Table(
            "Differences in validation bits per character",
            List.of(
                "pair",
                "difference",
                "95 % interval",
                "p (Holm, %s)".formatted(Numbers.count(rows.size(), "pair")),
                "verdict"),
            rows));
  }

  private Section alarms() {
    List<AlarmCount> counts = AlarmCount.of(results, baselines);
    List<Block> blocks = new ArrayList<>();
    blocks.add(Paragraph.of(Findings.aboutAlarms(counts)));
    blocks.add(
        new Table(
            "Alarms in healthy trainings",
            List.of("rule", "alarms", "heads with an alarm", "heads watched", "rate"),
            counts.stream()
                .map(
                    count ->
                        Row.of(
                            List.of(
                                count.rule(),
                                Integer.toString(count.alarms()),
                                Integer.toString(count.heads()),
                                Integer.toString(count.watched()),
                                count.watched() == 0
                                    ? "–"
                                    : Numbers.fixed(100 * count.rate(), 1) + " %")))
                .toList()));
    List<Row> raised = new ArrayList<>();
    for (NormalizerResult result : results) {
      for (TrialResult trial : result.trials()) {
        for (Alarm alarm : trial.alarms()) {
          raised.add(
              Row.of(
                  List.of(
                      "%s, seed %d".formatted(trial.label(), trial.seed()),
                      Integer.toString(alarm.iteration()),
                      alarm.rule(),
                      alarm.message())));
        }
      }
    }
    if (!raised.isEmpty()) {
      blocks.add(
          new Table(
              raised.size() > MAX_ALARMS
                  ? "The first %d of %d alarms".formatted(MAX_ALARMS, raised.size())
                  : "All alarms",
              List.of("training", "step", "rule", "what it says"),
              raised.subList(0, Math.min(MAX_ALARMS, raised.size()))));
    }
    return new Section("Alarms", blocks);
  }

  private Section samples() {
    return Section.of(
        "What the models write",
        new Table(
            "Text drawn from the models of seed %d".formatted(experiment.seeds().get(0)),
            List.of("normalizer", "text"),
            rows(result -> List.of(result.label(), result.trials().get(0).sample()))));
  }

  private Section settings() {
    return Section.of(
        "Settings",
        Paragraph.of("As YAML; compare --config FILE takes it back."),
        new Code(ExperimentFile.write(experiment)));
  }

  private List<Row> rows(Function<NormalizerResult, List<String>> cells) {
    return IntStream.range(0, results.size())
        .mapToObj(i -> Row.ofCurve(i, cells.apply(results.get(i))))
        .toList();
  }

  private List<String> labels() {
    return results.stream().map(NormalizerResult::label).toList();
  }
}
