package org.attention4j.examples.temperature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import org.attention4j.examples.report.Figure;
import org.attention4j.examples.report.LineChart;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.statistics.Share;
import org.attention4j.examples.support.Numbers;

/** Pictures and tables of the learning rates at which training is stable. */
final class StabilityFigures {
  private final StabilityStudy study;
  private final double[] temperatures;

  StabilityFigures(StabilityStudy study) {
    this.study = study;
    temperatures = study.temperatures().stream().mapToDouble(t -> t).toArray();
  }

  /** The largest rates with one update rule. */
  Figure largestRates(UpdateRule rule) {
    LineChart chart =
        new LineChart(
                "Largest learning rate that still trains: " + rule.title, "T", "learning rate")
            .logX()
            .logY();
    guide(chart, rule);
    for (int i = 0; i < study.normalizers().size(); i++) {
      TemperatureScaledNormalizer normalizer = study.normalizers().get(i);
      List<LargestRates> rates = each(t -> study.largest(rule, normalizer, t));
      chart.line(
          normalizer.label(),
          i,
          temperatures,
          line(rates, LargestRates::median),
          line(rates, LargestRates::min),
          line(rates, LargestRates::max));
    }
    return new Figure(
        "largest-rate-" + rule.label(),
        "%s: the largest learning rate at which a model still learns, against T. Medians over seeds, bands from the smallest to the largest, to the end of the grid where a seed has none."
            .formatted(rule.title),
        chart);
  }

  /** What the paper's 1/T predicts, through the first normalizer at T = 1. */
  private void guide(LineChart chart, UpdateRule rule) {
    double usual =
        study.largest(rule, study.normalizers().get(0), TemperatureStudy.REFERENCE).median();
    double[] cold =
        Arrays.stream(temperatures).filter(t -> t <= TemperatureStudy.REFERENCE).toArray();
    chart.guide("proportional to T", cold, Arrays.stream(cold).map(t -> usual * t).toArray());
  }

  /** The medians of {@link #largestRates} and the fitted slopes, one row for each curve. */
  Table largestRateNumbers() {
    return table(
        "Largest learning rate that trains, median over seeds",
        List.of("slope, T \u2264 1", "slope, all T"),
        (rule, normalizer) -> {
          List<String> cells =
              new ArrayList<>(each(t -> study.largest(rule, normalizer, t).text()));
          cells.add(study.slope(rule, normalizer, TemperatureStudy.REFERENCE).text());
          cells.add(study.slope(rule, normalizer, temperatures[temperatures.length - 1]).text());
          return cells;
        });
  }

  /** How many trainings fail at the usual rate of one update rule. */
  Figure shares(UpdateRule rule) {
    LineChart chart =
        new LineChart(
                "%s, rate %s".formatted(rule.title, Numbers.plain(rule.usualRate)),
                "T",
                "share that diverges or stalls")
            .small()
            .logX()
            .yRange(0, 1);
    for (int i = 0; i < study.normalizers().size(); i++) {
      TemperatureScaledNormalizer normalizer = study.normalizers().get(i);
      List<Share> shares = each(t -> study.share(rule, normalizer, t, Outcome::isFailure));
      chart.line(
          normalizer.label(),
          i,
          temperatures,
          line(shares, Share::value),
          line(shares, Share::low),
          line(shares, Share::high));
    }
    return new Figure(
        "share-" + rule.label(),
        "%s: the share of the trainings that diverge or stall at the rate %s, against T, with the 95 %% interval."
            .formatted(rule.title, Numbers.plain(rule.usualRate)),
        chart);
  }

  /** The numbers of {@link #shares}. */
  Table shareNumbers() {
    return table(
        "Trainings that diverged + stalled, of all; 95 % interval of the share of both",
        List.of(), (rule, normalizer) -> each(t -> failures(rule, normalizer, t)));
  }

  /** One row for each update rule and normalizer, one column for each temperature, and more. */
  private Table table(
      String caption,
      List<String> more,
      BiFunction<UpdateRule, TemperatureScaledNormalizer, List<String>> numbers) {
    List<String> headings = new ArrayList<>(List.of("updater", "normalizer"));
    headings.addAll(each(t -> "T = " + Numbers.plain(t)));
    headings.addAll(more);
    List<Table.Row> rows = new ArrayList<>();
    for (UpdateRule rule : study.rules()) {
      for (int i = 0; i < study.normalizers().size(); i++) {
        TemperatureScaledNormalizer normalizer = study.normalizers().get(i);
        List<String> cells = new ArrayList<>(List.of(rule.label(), normalizer.label()));
        cells.addAll(numbers.apply(rule, normalizer));
        rows.add(Table.Row.ofCurve(i, cells));
      }
    }
    return new Table(caption, headings, rows);
  }

  private String failures(
      UpdateRule rule, TemperatureScaledNormalizer normalizer, double temperature) {
    Share diverged = study.share(rule, normalizer, temperature, Outcome.DIVERGED::equals);
    Share stalled = study.share(rule, normalizer, temperature, Outcome.STALLED::equals);
    return "%d + %d of %s"
        .formatted(
            diverged.hits(),
            stalled.hits(),
            study.share(rule, normalizer, temperature, Outcome::isFailure).text());
  }

  private <T> List<T> each(DoubleFunction<T> value) {
    return Arrays.stream(temperatures).mapToObj(value).toList();
  }

  private static <T> double[] line(List<T> values, ToDoubleFunction<T> number) {
    return values.stream().mapToDouble(number).toArray();
  }
}
