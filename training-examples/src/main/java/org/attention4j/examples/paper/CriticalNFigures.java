package org.attention4j.examples.paper;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.attention4j.examples.report.Block;
import org.attention4j.examples.report.Figure;
import org.attention4j.examples.report.Gallery;
import org.attention4j.examples.report.LineChart;
import org.attention4j.examples.report.Paragraph;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.support.Numbers;

/** Algorithm 3: the N from which the distances of the N largest are no longer told from random. */
final class CriticalNFigures {
  private CriticalNFigures() {}

  static List<Block> of(PaperResults results) {
    return List.of(
        Paragraph.of(
            "For each N, the mean d\u0303 of each head with the N largest weights is compared with that of random tokens, by the two-sample Kolmogorov\u2013Smirnov test over %s. The critical N is the first that is not rejected: the test no longer tells the two apart. That is not the same as being equal, and fewer heads reject less."
                .formatted(Numbers.count(results.headCount(), "head"))),
        Gallery.of(figure(results), table(results)));
  }

  private static Figure figure(PaperResults results) {
    int longest = results.settings().longest();
    Sweep sweep = Sweep.overN(results);
    double[] x = sweep.x();
    LineChart chart =
        new LineChart("Two-sample test at " + sweep.fixed(), "N", "p-value").powersOfTwoX().logY();
    for (double level : PaperResults.LEVELS) {
      chart.guide(Numbers.plain(level), x, sweep.constant(level));
    }
    chart.line(
        "the N largest against random tokens",
        0,
        x,
        IntStream.of(sweep.positions())
            .mapToDouble(count -> results.pValue(longest, count))
            .toArray());
    return new Figure(
        "critical-n",
        "p-value of equal distances against N at %s.".formatted(sweep.fixed()),
        chart);
  }

  private static Table table(PaperResults results) {
    List<Table.Row> rows = new ArrayList<>();
    for (int length : results.settings().lengths()) {
      List<String> cells = new ArrayList<>(List.of(Integer.toString(length)));
      for (double level : PaperResults.LEVELS) {
        OptionalInt critical = results.critical(length, level);
        cells.add(critical.isPresent() ? Integer.toString(critical.getAsInt()) : "none");
        cells.add(
            critical.isPresent()
                ? Numbers.brief((double) critical.getAsInt() / length, 2)
                : "\u2013");
      }
      rows.add(Table.Row.of(cells));
    }
    return new Table(
        "Critical N and its share of L",
        List.of("L", "N at 0.01", "N/L at 0.01", "N at 0.05", "N/L at 0.05"),
        rows);
  }
}
