package org.attention4j.examples.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.attention4j.examples.compare.MonitorLog.Curve;
import org.attention4j.examples.compare.MonitorLog.Head;
import org.attention4j.examples.report.Block;
import org.attention4j.examples.report.Figure;
import org.attention4j.examples.report.Gallery;
import org.attention4j.examples.report.LineChart;
import org.attention4j.examples.report.Paragraph;
import org.attention4j.examples.report.Section;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.report.Table.Row;
import org.attention4j.examples.support.Numbers;

/** What attention did while the models trained, as the monitor saw it. */
final class AttentionCurves {
  /** Shown for each layer and head. */
  private static final List<Metric> BY_HEAD =
      List.of(
          new Metric("normalizedEntropy", "entropy / log n", "Entropy over its largest value"),
          new Metric(
              "separableShare",
              "N_s/N",
              "N_s/N, the share of the top tokens that can be told apart"));

  /** Shown as means over the heads. */
  private static final List<Metric> AS_MEANS =
      List.of(
          new Metric("effectiveTokens", "tokens", "Effective tokens"),
          new Metric("largestWeight", "weight", "Largest weight of a row"),
          new Metric("maxLogit", "score", "Largest score"),
          new Metric("scoresGradientNorm", "norm", "Gradient at the scores"));

  private final List<NormalizerResult> results;
  private final List<MonitorLog> logs;

  private record Metric(String name, String unit, String title) {}

  /**
   * Prepares the section.
   *
   * @param results the normalizers
   * @param logs what the monitor saw, one for each of them
   */
  AttentionCurves(List<NormalizerResult> results, List<MonitorLog> logs) {
    this.results = results;
    this.logs = logs;
  }

  Section section() {
    List<Block> blocks = new ArrayList<>();
    blocks.add(
        Paragraph.remark(
            "Means over the seeds, of the rows that the monitor drew. N is 6 % of the visible keys"
                + " but at least 5; N_s of these are nearer to the context vector than any other"
                + " token."));
    List<Head> heads = logs.get(0).heads();
    for (Metric metric : BY_HEAD) {
      blocks.add(
          Gallery.of(
              heads.stream().map(head -> ofHead(metric, head)).toList(),
              lastByHead(metric, heads)));
    }
    blocks.add(Gallery.of(AS_MEANS.stream().map(this::ofAllHeads).toList(), lastMeans()));
    return new Section("Attention while training", blocks);
  }

  private Figure ofHead(Metric metric, Head head) {
    return new Figure(
        "%s-%s-%d".formatted(metric.name(), head.layer(), head.head()),
        "%s of %s while training".formatted(metric.title(), head.title()),
        chart(
                head.title(),
                metric,
                IntStream.range(0, logs.size())
                    .mapToObj(i -> logs.get(i).curve(metric.name(), head))
                    .toList())
            .yRange(0, 1));
  }

  private Figure ofAllHeads(Metric metric) {
    return new Figure(
        metric.name(),
        "%s while training, the mean over the heads".formatted(metric.title()),
        chart(metric.title(), metric, logs.stream().map(log -> log.curve(metric.name())).toList()));
  }

  private LineChart chart(String title, Metric metric, List<Curve> curves) {
    LineChart chart = new LineChart(title, "step", metric.unit()).small();
    for (int i = 0; i < curves.size(); i++) {
      chart.line(results.get(i).label(), i, curves.get(i).steps(), curves.get(i).values());
    }
    return chart;
  }

  private Table lastByHead(Metric metric, List<Head> heads) {
    List<String> headings = new ArrayList<>(List.of("normalizer"));
    heads.forEach(head -> headings.add(head.title()));
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      List<String> cells = new ArrayList<>(List.of(results.get(i).label()));
      MonitorLog log = logs.get(i);
      heads.forEach(head -> cells.add(last(log.curve(metric.name(), head))));
      rows.add(Row.ofCurve(i, cells));
    }
    return new Table(metric.title() + " at the last snapshot", headings, rows);
  }

  private Table lastMeans() {
    List<String> headings = new ArrayList<>(List.of("normalizer"));
    AS_MEANS.forEach(metric -> headings.add(metric.title()));
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      List<String> cells = new ArrayList<>(List.of(results.get(i).label()));
      MonitorLog log = logs.get(i);
      AS_MEANS.forEach(metric -> cells.add(last(log.curve(metric.name()))));
      rows.add(Row.ofCurve(i, cells));
    }
    return new Table("Means over the heads at the last snapshot", headings, rows);
  }

  private static String last(Curve curve) {
    return curve.last().isPresent() ? Numbers.significant(curve.last().getAsDouble(), 3) : "–";
  }
}
