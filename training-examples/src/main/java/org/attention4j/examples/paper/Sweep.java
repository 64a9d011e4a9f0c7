package org.attention4j.examples.paper;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.support.Numbers;
import org.attention4j.limits.Quantity;

/** What was measured along one axis: against N at the longest L, or against L at the fixed N. */
final class Sweep {
  private final PaperResults results;
  private final String axis;
  private final String fixed;
  private final List<Point> points;

  /** An L and an N. */
  private record Point(int length, int count) {}

  private Sweep(PaperResults results, String axis, String fixed, List<Point> points) {
    this.results = results;
    this.axis = axis;
    this.fixed = fixed;
    this.points = points;
  }

  /** Every N at the longest L. */
  static Sweep overN(PaperResults results) {
    int longest = results.settings().longest();
    return new Sweep(
        results,
        "N",
        "L = " + longest,
        IntStream.of(results.settings().counts(longest))
            .mapToObj(count -> new Point(longest, count))
            .toList());
  }

  /** Each L at which the fixed N was measured. */
  static Sweep overL(PaperResults results) {
    return new Sweep(
        results,
        "L",
        "N = " + PaperSettings.FIXED_N,
        IntStream.of(results.settings().lengths())
            .filter(length -> !results.at(length, PaperSettings.FIXED_N).isEmpty())
            .mapToObj(length -> new Point(length, PaperSettings.FIXED_N))
            .toList());
  }

  /** L or N: which of the two changes. */
  String axis() {
    return axis;
  }

  /** The other one and its value. */
  String fixed() {
    return fixed;
  }

  /** Where on the axis was measured. */
  int[] positions() {
    return points.stream().mapToInt(axis.equals("N") ? Point::count : Point::length).toArray();
  }

  /** The same for a chart. */
  double[] x() {
    return IntStream.of(positions()).asDoubleStream().toArray();
  }

  /** One quantity of every head, for each position. */
  List<double[]> numbers(Quantity quantity) {
    return points.stream()
        .map(point -> results.numbers(point.length, point.count, quantity))
        .toList();
  }

  /** The means over heads, for each position. */
  double[] means(Quantity quantity) {
    return points.stream()
        .mapToDouble(point -> results.mean(point.length, point.count, quantity))
        .toArray();
  }

  /** A percentile over heads, for each position. */
  double[] percentiles(Quantity quantity, double percent) {
    return numbers(quantity).stream()
        .mapToDouble(numbers -> new Percentile(percent).evaluate(numbers))
        .toArray();
  }

  /** A row of a table for each position: the position, then its number in each column. */
  List<Table.Row> rows(List<double[]> columns, int digits) {
    int[] positions = positions();
    List<Table.Row> rows = new ArrayList<>();
    for (int i = 0; i < positions.length; i++) {
      List<String> cells = new ArrayList<>(List.of(Integer.toString(positions[i])));
      for (double[] column : columns) {
        cells.add(Numbers.brief(column[i], digits));
      }
      rows.add(Table.Row.of(cells));
    }
    return rows;
  }

  /** The same value at each position, for a line that guides the eye. */
  double[] constant(double value) {
    double[] line = new double[points.size()];
    Arrays.fill(line, value);
    return line;
  }
}
