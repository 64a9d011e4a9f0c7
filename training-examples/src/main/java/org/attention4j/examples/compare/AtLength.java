package org.attention4j.examples.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.attention4j.examples.report.Block;
import org.attention4j.examples.report.Figure;
import org.attention4j.examples.report.Gallery;
import org.attention4j.examples.report.LineChart;
import org.attention4j.examples.report.Paragraph;
import org.attention4j.examples.report.Section;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.report.Table.Row;
import org.attention4j.examples.retrieval.RecallExam;
import org.attention4j.examples.statistics.Spread;
import org.attention4j.examples.support.Numbers;

/** What becomes of the models in contexts longer than those of the training, and recall beside. */
final class AtLength {
  private static final String NONE = "–";

  private final List<NormalizerResult> results;
  private final int context;
  private final int lengths;
  private final boolean recall;

  /**
   * Prepares table and charts.
   *
   * @param results what came of the comparison
   * @param experiment what was trained
   */
  AtLength(List<NormalizerResult> results, Experiment experiment) {
    this.results = results;
    context = experiment.context();
    recall = experiment.recall();
    lengths = results.stream().mapToInt(NormalizerResult::lengths).max().orElse(0);
  }

  /** Means over the seeds, one row for each normalizer; printed, and in the report. */
  Table table() {
    List<String> headings = new ArrayList<>(List.of("normalizer"));
    for (int i = 0; i < lengths; i++) {
      headings.add(
          (i == 0 ? "bits/char at %d" : "at %d").formatted(context * Validation.MULTIPLES.get(i)));
    }
    if (recall) {
      for (int m : RecallAtLength.MULTIPLES) {
        headings.add((m == 1 ? "recall at %d" : "at %d").formatted(m * RecallAtLength.LENGTH));
      }
      headings.add("learned");
    }
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      rows.add(Row.ofCurve(i, cells(results.get(i))));
    }
    return new Table("", headings, rows);
  }

  private List<String> cells(NormalizerResult result) {
    List<String> cells = new ArrayList<>(List.of(result.label()));
    for (int i = 0; i < lengths; i++) {
      cells.add(i < result.lengths() ? Numbers.fixed(result.bitsAt(i).mean(), 3) : NONE);
    }
    if (recall) {
      for (int i = 0; i < RecallAtLength.MULTIPLES.size(); i++) {
        Spread spread = result.recallAt(i);
        cells.add(Double.isNaN(spread.mean()) ? NONE : Numbers.fixed(spread.mean(), 2));
      }
      cells.add("%d/%d".formatted(result.learnedRecall(), result.trials().size()));
    }
    return cells;
  }

  /** The part of the report. */
  Section section() {
    List<Block> blocks = new ArrayList<>();
    blocks.add(Paragraph.remark(definition()));
    blocks.add(table());
    List<Figure> figures = new ArrayList<>();
    if (lengths > 0) {
      figures.add(text());
    }
    if (recall) {
      figures.add(recall());
    }
    blocks.add(Gallery.of(figures));
    return new Section("At length", blocks);
  }

  private String definition() {
    String text =
        "Bits per character are those of the same characters at every context: a longer one holds"
            + " more of the text before them. Bands reach from the best to the worst seed.";
    return recall
        ? text
            + (" Recall is the share of right answers of a small model of one attention without"
                    + " positions that learned to find the largest of %d numbers; chance is 1/16."
                    + " Learned: the seeds with at least %s at the length of the training.")
                .formatted(RecallAtLength.LENGTH, Numbers.plain(RecallExam.LEARNED))
        : text;
  }

  private Figure text() {
    return figure(
        "length",
        "Validation bits per character against the context in characters",
        new LineChart(
            "Text, trained at a context of %d".formatted(context),
            "context in characters",
            "bits per character"),
        context,
        Validation.MULTIPLES,
        result -> IntStream.range(0, result.lengths()).mapToObj(result::bitsAt).toList());
  }

  private Figure recall() {
    return figure(
        "recall",
        "Accuracy at finding the largest of L numbers against L",
        new LineChart("Recall, trained at L = %d".formatted(RecallAtLength.LENGTH), "L", "accuracy")
            .yRange(0, 1),
        RecallAtLength.LENGTH,
        RecallAtLength.MULTIPLES,
        result ->
            IntStream.range(0, RecallAtLength.MULTIPLES.size())
                .mapToObj(result::recallAt)
                .toList());
  }

  private Figure figure(
      String name,
      String caption,
      LineChart chart,
      int shortest,
      List<Integer> multiples,
      Function<NormalizerResult, List<Spread>> spreads) {
    chart.powersOfTwoX();
    for (int i = 0; i < results.size(); i++) {
      List<Spread> all = spreads.apply(results.get(i));
      double[] x =
          IntStream.range(0, all.size())
              .mapToDouble(at -> (double) shortest * multiples.get(at))
              .toArray();
      chart.line(
          results.get(i).label(),
          i,
          x,
          each(all, Spread::mean),
          each(all, Spread::min),
          each(all, Spread::max));
    }
    return new Figure(name, caption + ", means and ranges over the seeds", chart);
  }

  private static double[] each(List<Spread> spreads, ToDoubleFunction<Spread> number) {
    return spreads.stream().mapToDouble(number).toArray();
  }
}
