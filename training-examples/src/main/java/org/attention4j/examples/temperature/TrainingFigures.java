package org.attention4j.examples.temperature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.rank.Median;
import org.attention4j.examples.report.Figure;
import org.attention4j.examples.report.LineChart;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.statistics.Spread;
import org.attention4j.examples.support.Numbers;
import org.attention4j.monitor.alarms.Alarm;

/** Pictures and tables of training at many temperatures. */
final class TrainingFigures {
  /** The temperatures whose traces are drawn; all of them would hide one another. */
  private static final List<Double> TRACED = List.of(0.01, 0.1, 1.0, 10.0);

  private static final String NONE = "\u2013";

  private final TemperatureStudy study;
  private final double[] temperatures;

  TrainingFigures(TemperatureStudy study) {
    this.study = study;
    temperatures = study.temperatures();
  }

  List<Figure> gradientTraces() {
    return traces("gradient", "Gradient norm", true, TemperatureRun::gradientNorms);
  }

  List<Figure> lossCurves() {
    return traces("loss", "Training loss, bits per character", false, TemperatureRun::losses);
  }

  private List<Figure> traces(
      String name, String title, boolean log, Function<TemperatureRun, List<Double>> values) {
    List<Figure> figures = new ArrayList<>();
    for (TemperatureScaledNormalizer normalizer : study.normalizers()) {
      LineChart chart = new LineChart(normalizer.label(), "step", title).small();
      if (log) {
        chart.logY();
      }
      for (int i = 0; i < temperatures.length; i++) {
        if (TRACED.contains(temperatures[i])) {
          trace(chart, TRACED.indexOf(temperatures[i]), normalizer, temperatures[i], values);
        }
      }
      figures.add(
          new Figure(
              name + "-" + fileName(normalizer),
              "%s with %s at some temperatures.".formatted(title, normalizer.label()),
              chart));
    }
    return figures;
  }

  private void trace(
      LineChart chart,
      int curve,
      TemperatureScaledNormalizer normalizer,
      double temperature,
      Function<TemperatureRun, List<Double>> values) {
    List<List<Double>> ofSeeds = study.runs(normalizer, temperature).stream().map(values).toList();
    int length = ofSeeds.stream().mapToInt(List::size).min().orElse(0);
    List<Spread> spreads =
        IntStream.range(0, length)
            .mapToObj(
                step -> Spread.of(ofSeeds.stream().mapToDouble(seed -> seed.get(step)).toArray()))
            .toList();
    double[] steps = IntStream.rangeClosed(1, length).asDoubleStream().toArray();
    chart.line(
        "T = " + Numbers.plain(temperature),
        curve,
        steps,
        each(spreads, Spread::mean),
        each(spreads, Spread::min),
        each(spreads, Spread::max));
  }

  Figure validation() {
    return byTemperature(
        "validation",
        "Validation loss",
        "bits per character",
        false,
        TemperatureRun::validationBits);
  }

  Figure gradientByTemperature() {
    return byTemperature(
        "gradient-norm",
        "Median gradient norm",
        "\u2016dL/d\u03b8\u2016",
        true,
        run -> study.verdict(run).medianGradient());
  }

  private Figure byTemperature(
      String name,
      String title,
      String yTitle,
      boolean log,
      ToDoubleFunction<TemperatureRun> number) {
    LineChart chart = new LineChart(title, "T", yTitle).small().logX();
    if (log) {
      chart.logY();
    }
    for (int i = 0; i < study.normalizers().size(); i++) {
      TemperatureScaledNormalizer normalizer = study.normalizers().get(i);
      List<Spread> spreads =
          Arrays.stream(temperatures).mapToObj(t -> study.spread(normalizer, t, number)).toList();
      chart.line(
          normalizer.label(),
          i,
          temperatures,
          each(spreads, Spread::mean),
          each(spreads, Spread::min),
          each(spreads, Spread::max));
    }
    return new Figure(
        name,
        title + " against T: means over seeds, bands from the smallest to the largest.",
        chart);
  }

  Table validationNumbers() {
    return TemperatureReport.byTemperature(
        "Validation loss in bits per character, mean \u00b1 standard deviation over seeds",
        study,
        (normalizer, t) -> study.spread(normalizer, t, TemperatureRun::validationBits).text(3));
  }

  Table gradientNumbers() {
    return TemperatureReport.byTemperature(
        "Median gradient norm of a training, mean over seeds",
        study,
        (normalizer, t) ->
            Numbers.brief(
                study.spread(normalizer, t, run -> study.verdict(run).medianGradient()).mean(), 3));
  }

  List<Figure> scoresGradients() {
    return heads(
        "scores-gradient", "\u2016dL/dz\u2016 of a row", true, TemperatureRun.Head::scoresGradient);
  }

  List<Figure> entropies() {
    return heads("entropy", "entropy / log n", false, TemperatureRun.Head::entropy);
  }

  private List<Figure> heads(
      String name, String yTitle, boolean log, ToDoubleFunction<TemperatureRun.Head> number) {
    List<Figure> figures = new ArrayList<>();
    for (TemperatureScaledNormalizer normalizer : study.normalizers()) {
      LineChart chart = new LineChart(normalizer.label(), "T", yTitle).small().logX();
      if (log) {
        chart.logY();
      } else {
        chart.yRange(0, 1);
      }
      List<TemperatureRun.Head> heads = study.runs().get(0).heads();
      for (int h = 0; h < heads.size(); h++) {
        int index = h;
        chart.line(
            headName(heads.get(h)),
            h,
            temperatures,
            Arrays.stream(temperatures).map(t -> head(normalizer, t, index, number)).toArray());
      }
      figures.add(
          new Figure(
              name + "-" + fileName(normalizer),
              "%s of each head against T with %s.".formatted(yTitle, normalizer.label()),
              chart));
    }
    return figures;
  }

  private double head(
      TemperatureScaledNormalizer normalizer,
      double temperature,
      int index,
      ToDoubleFunction<TemperatureRun.Head> number) {
    return study
        .spread(
            normalizer,
            temperature,
            run ->
                index < run.heads().size()
                    ? number.applyAsDouble(run.heads().get(index))
                    : Double.NaN)
        .mean();
  }

  Table scoresGradientNumbers() {
    return headNumbers("\u2016dL/dz\u2016 of a row", TemperatureRun.Head::scoresGradient);
  }

  Table entropyNumbers() {
    return headNumbers("Entropy / log n", TemperatureRun.Head::entropy);
  }

  private Table headNumbers(String caption, ToDoubleFunction<TemperatureRun.Head> number) {
    int heads = study.runs().get(0).heads().size();
    return TemperatureReport.byTemperature(
        caption
            + ": the smallest and the largest value of the %d heads; each one is in heads.csv"
                .formatted(heads),
        study,
        (normalizer, t) -> {
          Spread spread =
              Spread.of(
                  IntStream.range(0, heads)
                      .mapToDouble(h -> head(normalizer, t, h, number))
                      .toArray());
          return Numbers.brief(spread.min(), 2) + " to " + Numbers.brief(spread.max(), 2);
        });
  }

  /** One row for each normalizer and temperature. */
  Table verdicts() {
    List<Table.Row> rows = new ArrayList<>();
    for (int i = 0; i < study.normalizers().size(); i++) {
      for (double temperature : temperatures) {
        rows.add(Table.Row.ofCurve(i, cells(study.normalizers().get(i), temperature)));
      }
    }
    return new Table(
        "",
        List.of(
            "normalizer",
            "T",
            "diverged",
            "stalled",
            "spikes per training",
            "shown",
            "shown at step",
            "alarmed",
            "first alarm at step",
            "lead",
            "rules that fired, with their first step"),
        rows);
  }

  private List<String> cells(TemperatureScaledNormalizer normalizer, double temperature) {
    List<Verdict> verdicts = study.verdicts(normalizer, temperature);
    return List.of(
        normalizer.label(),
        Numbers.plain(temperature),
        share(verdicts, verdict -> verdict.outcome() == Outcome.DIVERGED),
        share(verdicts, verdict -> verdict.outcome() == Outcome.STALLED),
        Numbers.fixed(verdicts.stream().mapToInt(Verdict::spikes).average().orElse(0), 1),
        share(verdicts, verdict -> verdict.shown().isPresent()),
        median(verdicts, Verdict::shown),
        share(verdicts, verdict -> verdict.firstAlarm().isPresent()),
        median(verdicts, Verdict::firstAlarm),
        median(verdicts, Verdict::lead),
        rules(study.runs(normalizer, temperature)));
  }

  private static String share(List<Verdict> verdicts, Predicate<Verdict> predicate) {
    return "%d/%d".formatted(verdicts.stream().filter(predicate).count(), verdicts.size());
  }

  private static String median(List<Verdict> verdicts, Function<Verdict, OptionalInt> number) {
    double[] values =
        verdicts.stream().map(number).flatMapToInt(OptionalInt::stream).asDoubleStream().toArray();
    return values.length == 0 ? NONE : Numbers.plain(new Median().evaluate(values));
  }

  private static String rules(List<TemperatureRun> runs) {
    String rules =
        runs.stream()
            .flatMap(run -> run.alarms().stream())
            .collect(
                Collectors.groupingBy(
                    Alarm::rule,
                    TreeMap::new,
                    Collectors.minBy(Comparator.comparingInt(Alarm::iteration))))
            .entrySet()
            .stream()
            .map(entry -> entry.getKey() + " " + entry.getValue().map(Verdict::step).orElse(0))
            .collect(Collectors.joining(", "));
    return rules.isEmpty() ? NONE : rules;
  }

  private static String headName(TemperatureRun.Head head) {
    return head.layer() + " head " + head.head();
  }

  private static String fileName(TemperatureScaledNormalizer normalizer) {
    return normalizer.label().replaceAll("[^a-z0-9]+", "-");
  }

  private static double[] each(List<Spread> spreads, ToDoubleFunction<Spread> number) {
    return spreads.stream().mapToDouble(number).toArray();
  }
}
