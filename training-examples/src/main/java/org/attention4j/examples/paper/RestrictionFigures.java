package org.attention4j.examples.paper;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.attention4j.examples.report.Block;
import org.attention4j.examples.report.Figure;
import org.attention4j.examples.report.Gallery;
import org.attention4j.examples.report.LineChart;
import org.attention4j.examples.report.Paragraph;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.support.Numbers;

/** What it costs if all heads read the N largest weights alone. */
final class RestrictionFigures {
  private final PaperResults results;
  private final int[] lengths;

  private RestrictionFigures(PaperResults results) {
    this.results = results;
    lengths = results.settings().lengths();
  }

  static List<Block> of(PaperResults results) {
    RestrictionFigures figures = new RestrictionFigures(results);
    return List.of(
        Paragraph.of(
            "All heads of all layers read the N largest weights of each row alone, without training again: with the weights as they are, or divided by their sum. %s N is tried at %s."
                .formatted(
                    results.hasLoss()
                        ? "A loss that is at most 5 % larger counts as kept."
                        : "This model has no loss; the output may move by 5 % of its norm, the mean"
                            + " over windows.",
                    join(results.settings().fittingRestrictions()))),
        Gallery.of(
            List.of(figures.cost(false), figures.cost(true), figures.smallest()), figures.table()));
  }

  private static String join(int[] numbers) {
    return numbers.length == 0
        ? "no value"
        : IntStream.of(numbers).mapToObj(Integer::toString).collect(Collectors.joining(", "));
  }

  private Figure cost(boolean renormalised) {
    String how = renormalised ? "renormalised" : "kept";
    String cost = results.hasLoss() ? "rise of the loss" : "move of the output";
    LineChart chart = new LineChart("Weights " + how, "N", cost).small().powersOfTwoX().logY();
    double[] x =
        results.restrictions(renormalised).stream()
            .mapToDouble(PaperPart.OfRestriction::count)
            .toArray();
    double[] tolerance = new double[x.length];
    Arrays.fill(tolerance, PaperSettings.TOLERANCE);
    chart.guide("5 %", x, tolerance);
    for (int i = 0; i < lengths.length; i++) {
      int index = i;
      List<PaperPart.OfRestriction> fitting = results.restrictionsAt(i, renormalised);
      chart.line(
          "L = " + lengths[i],
          i,
          fitting.stream().mapToDouble(PaperPart.OfRestriction::count).toArray(),
          fitting.stream().mapToDouble(one -> results.cost(one, index)).toArray());
    }
    return new Figure(
        "restriction-" + how,
        "%s against N with weights %s, for each L.".formatted(cost, how),
        chart);
  }

  private Figure smallest() {
    double[] x = Arrays.stream(lengths).asDoubleStream().toArray();
    LineChart chart =
        new LineChart("The smallest N within 5 %", "L", "N")
            .small()
            .powersOfTwoX()
            .guide("0.06 L", x, DoubleStream.of(x).map(length -> 0.06 * length).toArray())
            .line("weights kept", 0, x, sufficient(false))
            .line("weights renormalised", 1, x, sufficient(true));
    return new Figure("restriction-n", "The smallest N that suffices against L.", chart);
  }

  private double[] sufficient(boolean renormalised) {
    IntToDoubleFunction smallest =
        index -> {
          OptionalInt found = results.smallestSufficient(index, renormalised);
          return found.isPresent() ? found.getAsInt() : Double.NaN;
        };
    return IntStream.range(0, lengths.length).mapToDouble(smallest).toArray();
  }

  private Table table() {
    double[] kept = sufficient(false);
    double[] renormalised = sufficient(true);
    List<Table.Row> rows = new ArrayList<>();
    for (int i = 0; i < lengths.length; i++) {
      rows.add(
          Table.Row.of(
              List.of(
                  Integer.toString(lengths[i]),
                  Numbers.brief(kept[i], 4),
                  Numbers.brief(kept[i] / lengths[i], 2),
                  Numbers.brief(renormalised[i], 4),
                  Numbers.brief(renormalised[i] / lengths[i], 2))));
    }
    return new Table(
        "The smallest N that was tried and suffices",
        List.of("L", "N, kept", "N/L, kept", "N, renormalised", "N/L, renormalised"),
        rows);
  }
}
