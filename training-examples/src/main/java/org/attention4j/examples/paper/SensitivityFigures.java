package org.attention4j.examples.paper;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.attention4j.examples.report.Block;
import org.attention4j.examples.report.Figure;
import org.attention4j.examples.report.Gallery;
import org.attention4j.examples.report.LineChart;
import org.attention4j.examples.report.Paragraph;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.support.Numbers;
import org.attention4j.theory.Sensitivity;
import org.attention4j.theory.SoftmaxJacobian;

/** Algorithm 5: how far the weights of softmax move at each temperature. */
final class SensitivityFigures {
  private static final double[] T = PaperSettings.TEMPERATURES;

  private SensitivityFigures() {}

  static List<Block> of(PaperResults results) {
    return List.of(
        Paragraph.of(
            "How far the weights of softmax(l/T) move if the products l of query and keys are"
                + " pushed by \u03b5 in a random direction, over \u03b5: the mean over rows, then"
                + " the largest of all heads. T is the whole divisor, as in the paper: it stands"
                + " where the model has the root of the head size. 1/(4T) bounds single entries of"
                + " the Jacobian, not its norm; the norm is at most 1/(2T), and a finite difference"
                + " also at most \u221a2/\u03b5."),
        Gallery.of(figure(results), table(results)));
  }

  private static Figure figure(PaperResults results) {
    LineChart chart =
        new LineChart(
                "Gradient sensitivity at L = " + results.settings().longest(),
                "T, in place of the root of the head size",
                "g(T, \u03b5)")
            .logX()
            .logY()
            .guide(
                "1/(4T), the paper's line",
                T,
                DoubleStream.of(T).map(SoftmaxJacobian::entryBound).toArray())
            .guide(
                "1/(2T), the bound of the norm",
                T,
                DoubleStream.of(T).map(SoftmaxJacobian::spectralBound).toArray());
    for (double epsilon : PaperSettings.EPSILONS) {
      double[] bound = new double[T.length];
      Arrays.fill(bound, Math.sqrt(2) / epsilon);
      chart.guide(
          "\u221a2/\u03b5 = %s at \u03b5 = %s"
              .formatted(Numbers.brief(Math.sqrt(2) / epsilon, 3), Numbers.plain(epsilon)),
          T,
          bound);
    }
    for (int e = 0; e < PaperSettings.EPSILONS.length; e++) {
      double epsilon = PaperSettings.EPSILONS[e];
      chart.line(name(epsilon), e, T, results.steepest(epsilon));
    }
    return new Figure(
        "sensitivity",
        "Gradient sensitivity of softmax against T for three \u03b5, with 1/(4T), 1/(2T)"
            + " and \u221a2/\u03b5.",
        chart);
  }

  private static Table table(PaperResults results) {
    List<String> headings = new ArrayList<>(List.of("T"));
    for (double epsilon : PaperSettings.EPSILONS) {
      headings.add(name(epsilon));
      headings.add("bound at " + name(epsilon));
    }
    List<Table.Row> rows = new ArrayList<>();
    for (int i = 0; i < T.length; i++) {
      List<String> cells = new ArrayList<>(List.of(Numbers.plain(T[i])));
      for (double epsilon : PaperSettings.EPSILONS) {
        cells.add(Numbers.brief(results.steepest(epsilon)[i], 3));
        cells.add(Numbers.brief(Sensitivity.bound(T[i], epsilon), 3));
      }
      rows.add(Table.Row.of(cells));
    }
    return new Table("The largest g of all heads, and min(1/(2T), \u221a2/\u03b5)", headings, rows);
  }

  private static String name(double epsilon) {
    return "\u03b5 = " + Numbers.plain(epsilon);
  }
}
