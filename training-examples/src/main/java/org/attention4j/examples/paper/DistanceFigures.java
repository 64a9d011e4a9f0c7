package org.attention4j.examples.paper;

import java.util.List;
import org.attention4j.examples.report.Block;
import org.attention4j.examples.report.Figure;
import org.attention4j.examples.report.Gallery;
import org.attention4j.examples.report.LineChart;
import org.attention4j.examples.report.Paragraph;
import org.attention4j.examples.report.Table;
import org.attention4j.limits.Quantity;
import org.attention4j.monitor.metrics.Geometry;

/** Algorithms 1 and 2: how far the tokens that are not chosen are from the sum of the chosen. */
final class DistanceFigures {
  private static final String DISTANCE = "d\u0303";

  private DistanceFigures() {}

  static List<Block> of(PaperResults results) {
    Sweep lengths = Sweep.overL(results);
    Sweep counts = Sweep.overN(results);
    return List.of(
        Paragraph.of(
            "d\u0303 is the sum of the distances of all tokens that are not chosen from the sum of the N chosen ones. Lines are means over heads, bands the 10th to 90th percentile. Tokens are %s."
                .formatted(
                    results.settings().geometry() == Geometry.INPUT
                        ? "the inputs of the layer"
                        : "the values of each head")),
        Gallery.of(figure("distance-length", lengths), table(lengths)),
        Gallery.of(figure("distance-n", counts), table(counts)));
  }

  private static Figure figure(String name, Sweep sweep) {
    double[] x = sweep.x();
    LineChart chart =
        new LineChart("Distance at " + sweep.fixed(), sweep.axis(), DISTANCE)
            .powersOfTwoX()
            .logY()
            .guide("Theorem 1, the N largest", x, sweep.means(Quantity.DISTANCE_BOUND))
            .guide("Theorem 1, random, lower", x, sweep.means(Quantity.RANDOM_LOWER))
            .guide("Theorem 1, random, upper", x, sweep.means(Quantity.RANDOM_UPPER));
    line(chart, "the N largest", 0, sweep, Quantity.DISTANCE);
    line(chart, "random tokens", 1, sweep, Quantity.RANDOM_DISTANCE);
    return new Figure(
        name,
        "Distance of the tokens that are not chosen against %s at %s, with both sides of Theorem 1."
            .formatted(sweep.axis(), sweep.fixed()),
        chart);
  }

  private static void line(
      LineChart chart, String name, int curve, Sweep sweep, Quantity quantity) {
    chart.line(
        name,
        curve,
        sweep.x(),
        sweep.means(quantity),
        sweep.percentiles(quantity, 10),
        sweep.percentiles(quantity, 90));
  }

  private static Table table(Sweep sweep) {
    return new Table(
        "Means over heads at " + sweep.fixed(),
        List.of(
            sweep.axis(), "mass", DISTANCE, "bound", "random", "random, lower", "random, upper"),
        sweep.rows(
            List.of(
                sweep.means(Quantity.MASS),
                sweep.means(Quantity.DISTANCE),
                sweep.means(Quantity.DISTANCE_BOUND),
                sweep.means(Quantity.RANDOM_DISTANCE),
                sweep.means(Quantity.RANDOM_LOWER),
                sweep.means(Quantity.RANDOM_UPPER)),
            4));
  }
}
