package org.attention4j.examples.paper;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.examples.report.Block;
import org.attention4j.examples.report.Figure;
import org.attention4j.examples.report.Gallery;
import org.attention4j.examples.report.LineChart;
import org.attention4j.examples.report.Paragraph;
import org.attention4j.examples.report.Table;
import org.attention4j.limits.Quantity;

/** Algorithm 4: the share of the chosen tokens that can be separated from the others. */
final class SeparabilityFigures {
  private static final double[] PERCENTILES = {5, 25, 50, 75, 95};

  private SeparabilityFigures() {}

  static List<Block> of(PaperResults results) {
    Sweep sweep = Sweep.overN(results);
    return List.of(
        Paragraph.of(
            "N\u209b/N is the share of the chosen tokens that are nearer to their sum than any"
                + " other token, with vectors of length one. Boxes are the quartiles over heads,"
                + " lines the 5th to 95th percentile. The lower side of Theorem 2 always holds; the"
                + " upper side is a heuristic. The authors' later paper calls N\u209b/N of values"
                + " recall and warns that separation alone does not show that a set suffices."),
        Gallery.of(figure(sweep), table(sweep)));
  }

  private static Figure figure(Sweep sweep) {
    double[] x = sweep.x();
    LineChart chart =
        new LineChart("N\u209b/N at " + sweep.fixed(), "N", "N\u209b/N")
            .powersOfTwoX()
            .yRange(0, 1)
            .guide("Theorem 2, lower side", x, sweep.means(Quantity.SEPARABLE_LOWER))
            .guide("Theorem 2, upper side (heuristic)", x, sweep.means(Quantity.SEPARABLE_UPPER))
            .boxes("heads", 0, x, sweep.numbers(Quantity.SEPARABLE_SHARE));
    return new Figure(
        "separability",
        "N\u209b/N of all heads against N at %s, with both sides of Theorem 2."
            .formatted(sweep.fixed()),
        chart);
  }

  private static Table table(Sweep sweep) {
    List<double[]> columns = new ArrayList<>();
    for (double percent : PERCENTILES) {
      columns.add(sweep.percentiles(Quantity.SEPARABLE_SHARE, percent));
    }
    columns.add(sweep.means(Quantity.SEPARABLE_LOWER));
    columns.add(sweep.means(Quantity.SEPARABLE_UPPER));
    return new Table(
        "N\u209b/N over heads",
        List.of("N", "5 %", "25 %", "median", "75 %", "95 %", "lower", "upper"),
        sweep.rows(columns, 3));
  }
}
