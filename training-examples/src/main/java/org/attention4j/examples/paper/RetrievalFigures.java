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

/** The later paper's recall, precision and F of the tokens that are chosen. */
final class RetrievalFigures {
  private static final List<String> NAMES = List.of("recall", "precision", "F");
  private static final List<Quantity> BY_WEIGHT =
      List.of(Quantity.RECALL, Quantity.PRECISION, Quantity.F);
  private static final List<Quantity> BY_NORM =
      List.of(Quantity.RECALL_BY_NORM, Quantity.PRECISION_BY_NORM, Quantity.F_BY_NORM);

  private RetrievalFigures() {}

  static List<Block> of(PaperResults results) {
    Sweep counts = Sweep.overN(results);
    return List.of(
        Paragraph.of(
            "The same question for the value vectors times their weights, from both sides: recall"
                + " is the share of chosen tokens nearer to their sum than any other, precision"
                + " falls with each other token that lies within their distance."),
        Gallery.of(
            List.of(
                new Figure(
                    "retrieval-weight",
                    "Recall, precision and F against N, tokens chosen by weight.",
                    chart("Chosen by weight, " + counts.fixed(), counts, BY_WEIGHT)),
                new Figure(
                    "retrieval-norm",
                    "Recall, precision and F against N, tokens chosen by weight times norm of the"
                        + " value.",
                    chart("Chosen by weight \u00d7 norm, " + counts.fixed(), counts, BY_NORM)),
                againstLength(Sweep.overL(results))),
            table(counts)));
  }

  private static LineChart chart(String title, Sweep sweep, List<Quantity> quantities) {
    LineChart chart =
        new LineChart(title, sweep.axis(), "mean over heads").small().powersOfTwoX().yRange(0, 1);
    for (int i = 0; i < quantities.size(); i++) {
      chart.line(NAMES.get(i), i, sweep.x(), sweep.means(quantities.get(i)));
    }
    return chart;
  }

  private static Figure againstLength(Sweep lengths) {
    return new Figure(
        "retrieval-length",
        "Recall, precision and F against L at %s.".formatted(lengths.fixed()),
        chart(lengths.fixed(), lengths, BY_WEIGHT)
            .line("F, \u00d7 norm", 3, lengths.x(), lengths.means(Quantity.F_BY_NORM)));
  }

  private static Table table(Sweep counts) {
    List<double[]> columns = new ArrayList<>();
    BY_WEIGHT.forEach(quantity -> columns.add(counts.means(quantity)));
    BY_NORM.forEach(quantity -> columns.add(counts.means(quantity)));
    return new Table(
        "Means over heads",
        List.of(
            "N",
            "recall",
            "precision",
            "F",
            "recall, \u00d7 norm",
            "precision, \u00d7 norm",
            "F, \u00d7 norm"),
        counts.rows(columns, 3));
  }
}
