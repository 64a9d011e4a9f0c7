package org.attention4j.examples.recall;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.attention4j.examples.report.Block;
import org.attention4j.examples.report.Figure;
import org.attention4j.examples.report.Gallery;
import org.attention4j.examples.report.LineChart;
import org.attention4j.examples.report.Paragraph;
import org.attention4j.examples.report.Report;
import org.attention4j.examples.report.Section;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.retrieval.RecallExam;
import org.attention4j.examples.retrieval.RecallTask;
import org.attention4j.examples.statistics.Spread;
import org.attention4j.examples.support.NamedAttention;
import org.attention4j.examples.support.Numbers;

/** What a study of recall came to, as a page. */
final class RecallReport {
  /** More of them would hide each other. */
  private static final int MAX_BANDS = 5;

  private final RecallStudy study;
  private final int[] lengths;
  private final double[] x;

  private RecallReport(RecallStudy study) {
    this.study = study;
    lengths = study.settings().lengths();
    x = Arrays.stream(lengths).asDoubleStream().toArray();
  }

  /**
   * Lays the page out.
   *
   * @param study the numbers
   * @param facts what was run
   * @return the page
   */
  static Report of(RecallStudy study, Map<String, String> facts) {
    return new RecallReport(study).page(facts);
  }

  private Report page(Map<String, String> facts) {
    List<Block> conclusion = new ArrayList<>();
    RecallConclusion.of(study).forEach(text -> conclusion.add(Paragraph.finding(text)));
    conclusion.add(
        Paragraph.remark(
            "A normalizer holds if it loses no more than %s of accuracy; it has learned the task if it answers %s of the questions at the length of training."
                .formatted(
                    Numbers.plain(RecallConclusion.HELD), Numbers.plain(RecallExam.LEARNED))));
    List<Section> sections = new ArrayList<>(List.of(new Section("Conclusion", conclusion)));
    for (RecallTask task : RecallTask.values()) {
      sections.add(ofTask(task));
    }
    sections.add(envelopes());
    return new Report(
        "Recall: context length",
        "Small models learn to answer questions about %d items, and are asked about up to %d; only %s differs. %s."
            .formatted(
                lengths[0],
                lengths[lengths.length - 1],
                withOptions()
                    ? "the attention, normalizer or options,"
                    : "the map from attention scores to attention weights",
                RecallConclusion.capital(Numbers.count(study.seeds().size(), "seed"))),
        sections,
        facts);
  }

  /** Whether a model has an option that is not one of all models. */
  private boolean withOptions() {
    return study.attentions().stream().map(NamedAttention::options).distinct().count() > 1;
  }

  private Section ofTask(RecallTask task) {
    return Section.of(
        RecallConclusion.capital(task.label()),
        Gallery.of(
            figure(task, "accuracy", "Accuracy", false, RecallRun.AtLength::accuracy),
            table(task, "Accuracy", 3, RecallRun.AtLength::accuracy)),
        Paragraph.remark(
            "Means over questions, heads and seeds from here on. N = %d items count as chosen; items are scaled to length one for N\u209b/N and the distance d\u0303."
                .formatted(RecallSettings.CHOSEN)),
        Gallery.of(
            List.of(
                figure(task, "entropy", "Entropy / log L", true, RecallReport::entropy),
                figure(
                    task,
                    "largest",
                    "Largest weight \u00d7 L",
                    true,
                    RecallReport::largestTimesLength),
                figure(task, "separable", "N\u209b/N", true, RecallReport::separable),
                figure(task, "distance", "d\u0303", true, RecallReport::distance)),
            table(task, "Entropy / log L", 3, RecallReport::entropy),
            table(task, "Largest weight \u00d7 L", 1, RecallReport::largestTimesLength),
            table(task, "N\u209b/N", 3, RecallReport::separable),
            table(task, "d\u0303", 3, RecallReport::distance)));
  }

  private static double entropy(RecallRun.AtLength at) {
    return at.mean(RecallRun.Head::entropy);
  }

  private static double largestTimesLength(RecallRun.AtLength at) {
    return at.length() * at.mean(RecallRun.Head::largest);
  }

  private static double separable(RecallRun.AtLength at) {
    return at.mean(RecallRun.Head::separable);
  }

  private static double distance(RecallRun.AtLength at) {
    return at.mean(RecallRun.Head::distance);
  }

  private Figure figure(
      RecallTask task,
      String name,
      String title,
      boolean small,
      ToDoubleFunction<RecallRun.AtLength> number) {
    LineChart chart = new LineChart(title, "L", title).powersOfTwoX();
    if (small) {
      chart.small();
    }
    if (name.equals("largest")) {
      chart.logY().guide("L: one item has all", x, x);
    }
    List<NamedAttention> attentions = study.attentions();
    boolean bands = !small && attentions.size() <= MAX_BANDS;
    for (int i = 0; i < attentions.size(); i++) {
      List<Spread> spreads = spreads(task, attentions.get(i), number);
      String label = attentions.get(i).label();
      double[] means = each(spreads, Spread::mean);
      if (bands) {
        chart.line(label, i, x, means, each(spreads, Spread::min), each(spreads, Spread::max));
      } else {
        chart.line(label, i, x, means);
      }
    }
    return new Figure(
        fileName(task) + "-" + name,
        "%s against L at %s; training was at L = %d.%s"
            .formatted(
                title,
                task.label(),
                lengths[0],
                bands
                    ? " Means over seeds, bands from the smallest to the largest."
                    : " Means over seeds."),
        chart);
  }

  private List<Spread> spreads(
      RecallTask task, NamedAttention attention, ToDoubleFunction<RecallRun.AtLength> number) {
    return Arrays.stream(lengths)
        .mapToObj(length -> study.spread(task, attention, length, number))
        .toList();
  }

  private Table table(
      RecallTask task, String caption, int decimals, ToDoubleFunction<RecallRun.AtLength> number) {
    List<String> headings = new ArrayList<>(List.of("normalizer"));
    for (int length : lengths) {
      headings.add("L = " + length);
    }
    List<Table.Row> rows = new ArrayList<>();
    for (NamedAttention attention : study.attentions()) {
      List<String> cells = new ArrayList<>(List.of(attention.label()));
      spreads(task, attention, number).forEach(spread -> cells.add(spread.text(decimals)));
      rows.add(Table.Row.ofCurve(rows.size(), cells));
    }
    return new Table(
        study.seeds().size() == 1
            ? caption + ", of one seed"
            : caption + ", mean \u00b1 standard deviation over seeds",
        headings,
        rows);
  }

  private Section envelopes() {
    List<Figure> figures = new ArrayList<>();
    List<Table> tables = new ArrayList<>();
    for (RecallTask task : RecallTask.values()) {
      figures.add(envelope(task));
      tables.add(envelopeNumbers(task));
    }
    tables.add(vanishing());
    return Section.of(
        "Vanishing attention",
        Paragraph.of(
            "Lemma 1: with bounded scores every weight of softmax lies between C\u2081/L and"
                + " C\u2082/L, with C\u2081 = e^(min z \u2212 max z) and C\u2082 = 1/C\u2081, here"
                + " of the smallest and the largest score seen at any length. Scores that training"
                + " made large leave the envelope wide; that the largest weight must fall as 1/L"
                + " shows only where L exceeds C\u2082."),
        Gallery.of(figures, tables.toArray(Table[]::new)));
  }

  private Figure envelope(RecallTask task) {
    double[] lower = each(length -> study.envelope(task, length).lower());
    double[] upper = each(length -> study.envelope(task, length).upper());
    LineChart chart =
        new LineChart(RecallConclusion.capital(task.label()), "L", "weight of softmax")
            .small()
            .powersOfTwoX()
            .logY()
            .guide("1/L", x, each(length -> 1.0 / length))
            .guide("Lemma 1, lower", x, lower)
            .guide("Lemma 1, upper", x, upper)
            .line("largest seen", 0, x, each(length -> study.extremes(task, length).maxWeight()))
            .line(
                "mean of the largest",
                2,
                x,
                each(
                    length ->
                        study
                            .spread(
                                task,
                                study.softmax(),
                                length,
                                at -> at.mean(RecallRun.Head::largest))
                            .mean()))
            .line("smallest seen", 1, x, each(length -> study.extremes(task, length).minWeight()));
    return new Figure(
        fileName(task) + "-envelope",
        "Weights of softmax against L at %s, with 1/L and the envelope of Lemma 1."
            .formatted(task.label()),
        chart);
  }

  private Table envelopeNumbers(RecallTask task) {
    List<Table.Row> rows = new ArrayList<>();
    for (int length : lengths) {
      RecallRun.Extremes seen = study.extremes(task, length);
      rows.add(
          Table.Row.of(
              List.of(
                  Integer.toString(length),
                  Numbers.brief(1.0 / length, 3),
                  Numbers.brief(study.envelope(task, length).lower(), 3),
                  Numbers.brief(seen.minWeight(), 3),
                  Numbers.brief(seen.maxWeight(), 3),
                  Numbers.brief(study.envelope(task, length).upper(), 3))));
    }
    return new Table(
        "Weights of softmax at %s: %s"
            .formatted(
                task.label(),
                study.isWithinEnvelope(task)
                    ? "all within the envelope"
                    : "some outside the envelope"),
        List.of("L", "1/L", "Lemma 1, lower", "smallest", "largest", "Lemma 1, upper"),
        rows);
  }

  private Table vanishing() {
    List<String> headings =
        Arrays.stream(RecallTask.values()).map(task -> task.label()).collect(Collectors.toList());
    headings.add(0, "normalizer");
    List<Table.Row> rows = new ArrayList<>();
    for (NamedAttention attention : study.attentions()) {
      List<String> cells = new ArrayList<>(List.of(attention.label()));
      for (RecallTask task : RecallTask.values()) {
        cells.add(study.vanishing(task, attention).text());
      }
      rows.add(Table.Row.ofCurve(rows.size(), cells));
    }
    return new Table(
        "Log-log slope of the largest weight over L with its 95 % confidence interval: \u22121"
            + " vanishes as 1/L, 0 holds",
        headings, rows);
  }

  private static double[] each(List<Spread> spreads, ToDoubleFunction<Spread> number) {
    return spreads.stream().mapToDouble(number).toArray();
  }

  private double[] each(IntToDoubleFunction number) {
    return Arrays.stream(lengths).mapToDouble(number).toArray();
  }

  private static String fileName(RecallTask task) {
    return task.name().toLowerCase(Locale.ROOT);
  }
}
