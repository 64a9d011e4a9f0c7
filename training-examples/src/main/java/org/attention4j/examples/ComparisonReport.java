package org.attention4j.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
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
import org.attention4j.monitor.Alarm;

/** Tells what a comparison came to. */
final class ComparisonReport {
  /** The first few steps lie far above all that tells the models apart. */
  private static final double BITS_ABOVE_BASELINE = 0.3;

  /** More of them would bury the rest of the page; alarms.csv has all. */
  private static final int MOST_ALARMS = 40;

  private final Experiment experiment;
  private final List<NormalizerResult> results;
  private final double unigramEntropy;

  /**
   * Prepares a report.
   *
   * @param experiment what was trained
   * @param corpus on what
   * @param results what came of it
   */
  ComparisonReport(Experiment experiment, Corpus corpus, List<NormalizerResult> results) {
    this.experiment = experiment;
    this.results = List.copyOf(results);
    unigramEntropy = corpus.unigramEntropy();
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
            + " same batches. Only the map from attention scores to attention weights differs.",
        sections,
        facts);
  }

  /** The table that is also printed. */
  Table table() {
    return ResultTable.of(results);
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
        Paragraph.finding(Findings.about(results)),
        table(),
        Paragraph.remark(
            ("Fewer bits per character are better; who knows only how often each character occurs"
                 + " needs %s. ± is the standard deviation over the seeds. Entropy H and effective"
                 + " tokens (e to the H) are means over examples, queries and heads at the end of"
                 + " training. Characters per second: those of a batch over the median time of a"
                 + " step without the monitor, while as many models train as the machine has"
                 + " processors. Memory: what workspaces hold for a step, beside parameters and"
                 + " updater state.")
                .formatted(Numbers.fixed(unigramEntropy, 3))),
        Gallery.of(figure, seeds()));
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
    LineChart chart =
        new LineChart("Training loss", "step", "bits per character")
            .yMax(unigramEntropy + BITS_ABOVE_BASELINE);
    for (int i = 0; i < results.size(); i++) {
      LossCurve curve = LossCurve.of(results.get(i));
      chart.line(results.get(i).label(), i, curve.steps(), curve.bits());
    }
    double[] ends = {1, experiment.steps()};
    chart.guide("unigram entropy", ends, new double[] {unigramEntropy, unigramEntropy});
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
    return Section.of(
        "Training loss",
        Gallery.of(
            new Figure(
                "losses",
                "Training loss against the step, the mean over the seeds, smoothed; one curve for"
                    + " each normalizer",
                chart),
            numbers));
  }

  private Section differences() {
    List<Difference> differences = SeedNoise.amongAll(results);
    if (differences.isEmpty()) {
      return Section.of(
          "Differences",
          Paragraph.of(
              "With one seed, or one normalizer, no difference can be told from seed noise."));
    }
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
            List.of("pair", "difference", "95 % interval", "p (Holm)", "verdict"),
            rows));
  }

  private Section alarms() {
    List<AlarmCount> counts = AlarmCount.of(results, unigramEntropy);
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
                                Numbers.fixed(100 * count.rate(), 1) + " %")))
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
              raised.size() > MOST_ALARMS
                  ? "The first %d of %d alarms".formatted(MOST_ALARMS, raised.size())
                  : "All alarms",
              List.of("training", "step", "rule", "what it says"),
              raised.subList(0, Math.min(MOST_ALARMS, raised.size()))));
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
        .mapToObj(i -> new Row(cells.apply(results.get(i)), OptionalInt.of(i), Emphasis.NONE))
        .toList();
  }

  private List<String> labels() {
    return results.stream().map(NormalizerResult::label).toList();
  }
}
