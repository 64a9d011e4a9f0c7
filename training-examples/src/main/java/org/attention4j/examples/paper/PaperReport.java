package org.attention4j.examples.paper;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.attention4j.examples.paper.Claim.Topic;
import org.attention4j.examples.report.Block;
import org.attention4j.examples.report.Figure;
import org.attention4j.examples.report.Gallery;
import org.attention4j.examples.report.LineChart;
import org.attention4j.examples.report.Paragraph;
import org.attention4j.examples.report.Report;
import org.attention4j.examples.report.Section;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.support.Numbers;
import org.attention4j.limits.Quantity;
import org.attention4j.monitor.metrics.Geometry;
import org.attention4j.theory.Sensitivity;
import org.attention4j.theory.SoftmaxJacobian;

/** What a run came to, as a page with figures like the paper's. */
final class PaperReport {
  private static final String DISTANCE = "d\u0303";
  private static final String RANDOM = "random tokens";

  private final Subject subject;
  private final PaperResults results;
  private final PaperSettings settings;
  private final List<Claim> claims;

  private PaperReport(Subject subject, PaperResults results, List<Claim> claims) {
    this.subject = subject;
    this.results = results;
    this.claims = claims;
    settings = results.settings();
  }

  /**
   * Lays the page out.
   *
   * @param subject what was measured
   * @param results the numbers
   * @param claims the verdicts
   * @param facts what was run
   * @return the page
   */
  static Report of(
      Subject subject, PaperResults results, List<Claim> claims, Map<String, String> facts) {
    return new PaperReport(subject, results, claims).page(facts);
  }

  private Report page(Map<String, String> facts) {
    return new Report(
        "The paper's algorithms",
        "The algorithms of Limitations of Normalization in Attention Mechanism (arXiv 2508.17821), and the measurements of Retrieval Capacity of Self-Attention Under Competition (arXiv 2609.37879), on %s reading %s."
            .formatted(subject.name(), subject.text()),
        List.of(
            verdicts(),
            distances(),
            critical(),
            separability(),
            sensitivity(),
            retrieval(),
            restriction()),
        facts);
  }

  private Section verdicts() {
    List<Table.Row> rows = new ArrayList<>();
    for (Claim claim : claims) {
      rows.add(
          Table.Row.of(
              List.of(
                  claim.name(),
                  claim.reported(),
                  claim.measured(),
                  claim.verdict().label(),
                  claim.evidence())));
    }
    List<Block> blocks =
        new ArrayList<>(
            List.of(
                new Table(
                    "What the papers say, and what was measured here",
                    List.of("subject", "papers", "measured", "verdict", "on"),
                    rows),
                Paragraph.remark(
                    "Intervals are 95 % confidence intervals of the mean over heads. All heads read"
                        + " the same text, so they say how heads differ, not how texts do. A"
                        + " verdict is open where the interval reaches over the border, or there"
                        + " are too few heads or keys.")));
    if (results.leftOut() > 0) {
      blocks.add(
          Paragraph.remark(
              "%s left out, since no query of it sees all keys."
                  .formatted(
                      results.leftOut() == 1 ? "1 head was" : results.leftOut() + " heads were")));
    }
    return new Section("Verdicts", blocks);
  }

  /** What the paper reports and what was measured, then the figures. */
  private Section section(Topic topic, String heading, Block... blocks) {
    List<Block> all = new ArrayList<>();
    for (Claim claim : claims) {
      if (claim.topic() == topic) {
        all.add(Paragraph.finding(claim.sentence()));
      }
    }
    all.addAll(List.of(blocks));
    return new Section(heading, all);
  }

  private Section distances() {
    int longest = settings.longest();
    double[] lengths = fixedLengths();
    int[] counts = settings.counts(longest);
    return section(
        Topic.DISTANCE,
        "Distances (Algorithms 1 and 2)",
        Paragraph.of(
            "d\u0303 is the sum of the distances of all tokens that are not chosen from the sum of the N chosen ones. Lines are means over heads, bands the 10th to 90th percentile. Tokens are %s."
                .formatted(geometry())),
        Gallery.of(
            distance(
                "distance-length",
                "N = " + PaperSettings.FIXED_N,
                "L",
                lengths,
                at -> (int) at,
                at -> PaperSettings.FIXED_N),
            distanceTable(
                "N = " + PaperSettings.FIXED_N,
                "L",
                lengths,
                at -> (int) at,
                at -> PaperSettings.FIXED_N)),
        Gallery.of(
            distance(
                "distance-n",
                "L = " + longest,
                "N",
                Arrays.stream(counts).asDoubleStream().toArray(),
                at -> longest,
                at -> (int) at),
            distanceTable(
                "L = " + longest,
                "N",
                Arrays.stream(counts).asDoubleStream().toArray(),
                at -> longest,
                at -> (int) at)));
  }

  private String geometry() {
    return settings.geometry() == Geometry.INPUT
        ? "the inputs of the layer"
        : "the values of each head";
  }

  /** Where on the axis is which L, or N. */
  @FunctionalInterface
  private interface At {
    int of(double position);
  }

  private double[] means(double[] x, At length, At count, Quantity quantity) {
    return DoubleStream.of(x)
        .map(at -> results.mean(length.of(at), count.of(at), quantity))
        .toArray();
  }

  private double[] percentiles(double[] x, At length, At count, Quantity quantity, double percent) {
    return DoubleStream.of(x)
        .map(
            at ->
                new Percentile(percent)
                    .evaluate(results.numbers(length.of(at), count.of(at), quantity)))
        .toArray();
  }

  private Figure distance(String name, String fixed, String axis, double[] x, At length, At count) {
    LineChart chart =
        new LineChart("Distance at " + fixed, axis, DISTANCE)
            .powersOfTwoX()
            .logY()
            .guide("Theorem 1, the N largest", x, means(x, length, count, Quantity.DISTANCE_BOUND))
            .guide("Theorem 1, random, lower", x, means(x, length, count, Quantity.RANDOM_LOWER))
            .guide("Theorem 1, random, upper", x, means(x, length, count, Quantity.RANDOM_UPPER));
    chart.line(
        "the N largest",
        0,
        x,
        means(x, length, count, Quantity.DISTANCE),
        percentiles(x, length, count, Quantity.DISTANCE, 10),
        percentiles(x, length, count, Quantity.DISTANCE, 90));
    chart.line(
        RANDOM,
        1,
        x,
        means(x, length, count, Quantity.RANDOM_DISTANCE),
        percentiles(x, length, count, Quantity.RANDOM_DISTANCE, 10),
        percentiles(x, length, count, Quantity.RANDOM_DISTANCE, 90));
    return new Figure(
        name,
        "Distance of the tokens that are not chosen against %s at %s, with both sides of Theorem 1."
            .formatted(axis, fixed),
        chart);
  }

  private Table distanceTable(String fixed, String axis, double[] x, At length, At count) {
    List<Table.Row> rows = new ArrayList<>();
    for (double at : x) {
      List<String> cells = new ArrayList<>(List.of(Integer.toString((int) at)));
      for (Quantity quantity :
          List.of(
              Quantity.MASS,
              Quantity.DISTANCE,
              Quantity.DISTANCE_BOUND,
              Quantity.RANDOM_DISTANCE,
              Quantity.RANDOM_LOWER,
              Quantity.RANDOM_UPPER)) {
        cells.add(Numbers.brief(results.mean(length.of(at), count.of(at), quantity), 4));
      }
      rows.add(Table.Row.of(cells));
    }
    return new Table(
        "Means over heads at " + fixed,
        List.of(axis, "mass", DISTANCE, "bound", "random", "random, lower", "random, upper"),
        rows);
  }

  private Section critical() {
    int longest = settings.longest();
    int[] counts = settings.counts(longest);
    double[] x = Arrays.stream(counts).asDoubleStream().toArray();
    LineChart chart =
        new LineChart("Two-sample test at L = " + longest, "N", "p-value").powersOfTwoX().logY();
    for (double level : PaperResults.LEVELS) {
      chart.guide(Numbers.plain(level), x, constant(x, level));
    }
    chart.line(
        "the N largest against random tokens",
        0,
        x,
        Arrays.stream(counts).mapToDouble(count -> results.pValue(longest, count)).toArray());
    List<Table.Row> rows = new ArrayList<>();
    for (int length : settings.lengths()) {
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
    return section(
        Topic.CRITICAL_N,
        "Critical N (Algorithm 3)",
        Paragraph.of(
            "For each N, the mean d\u0303 of each head with the N largest weights is compared with that of random tokens, by the two-sample Kolmogorov\u2013Smirnov test over %s. The critical N is the first that is not rejected: the test no longer tells the two apart. That is not the same as being equal, and fewer heads reject less."
                .formatted(Numbers.count(results.headCount(), "head"))),
        Gallery.of(
            new Figure(
                "critical-n",
                "p-value of equal distances against N at L = %d.".formatted(longest),
                chart),
            new Table(
                "Critical N and its share of L",
                List.of("L", "N at 0.01", "N/L at 0.01", "N at 0.05", "N/L at 0.05"),
                rows)));
  }

  private static double[] constant(double[] x, double value) {
    return DoubleStream.of(x).map(at -> value).toArray();
  }

  private Section separability() {
    int longest = settings.longest();
    int[] counts = settings.counts(longest);
    double[] x = Arrays.stream(counts).asDoubleStream().toArray();
    At length = at -> longest;
    At count = at -> (int) at;
    LineChart chart =
        new LineChart("N\u209b/N at L = " + longest, "N", "N\u209b/N")
            .powersOfTwoX()
            .yRange(0, 1)
            .guide("Theorem 2, lower side", x, means(x, length, count, Quantity.SEPARABLE_LOWER))
            .guide(
                "Theorem 2, upper side (heuristic)",
                x,
                means(x, length, count, Quantity.SEPARABLE_UPPER))
            .boxes(
                "heads",
                0,
                x,
                Arrays.stream(counts)
                    .mapToObj(n -> results.numbers(longest, n, Quantity.SEPARABLE_SHARE))
                    .toList());
    List<Table.Row> rows = new ArrayList<>();
    for (int n : counts) {
      double[] shares = results.numbers(longest, n, Quantity.SEPARABLE_SHARE);
      rows.add(
          Table.Row.of(
              List.of(
                  Integer.toString(n),
                  percentile(shares, 5),
                  percentile(shares, 25),
                  percentile(shares, 50),
                  percentile(shares, 75),
                  percentile(shares, 95),
                  Numbers.brief(results.mean(longest, n, Quantity.SEPARABLE_LOWER), 3),
                  Numbers.brief(results.mean(longest, n, Quantity.SEPARABLE_UPPER), 3))));
    }
    return section(
        Topic.SEPARABILITY,
        "Separability (Algorithm 4)",
        Paragraph.of(
            "N\u209b/N is the share of the chosen tokens that are nearer to their sum than any"
                + " other token, with vectors of length one. Boxes are the quartiles over heads,"
                + " lines the 5th to 95th percentile. The lower side of Theorem 2 always holds; the"
                + " upper side is a heuristic. The authors' later paper calls N\u209b/N of values"
                + " recall and warns that separation alone does not show that a set suffices."),
        Gallery.of(
            new Figure(
                "separability",
                "N\u209b/N of all heads against N at L = %d, with both sides of Theorem 2."
                    .formatted(longest),
                chart),
            new Table(
                "N\u209b/N over heads",
                List.of("N", "5 %", "25 %", "median", "75 %", "95 %", "lower", "upper"),
                rows)));
  }

  private static String percentile(double[] values, double percent) {
    return Numbers.brief(new Percentile(percent).evaluate(values), 3);
  }

  private Section sensitivity() {
    double[] x = PaperSettings.TEMPERATURES;
    double[] epsilons = PaperSettings.EPSILONS;
    LineChart chart =
        new LineChart(
                "Gradient sensitivity at L = " + settings.longest(),
                "T, in place of the root of the head size",
                "g(T, \u03b5)")
            .logX()
            .logY()
            .guide("1/(4T), the paper's line", x, each(x, SoftmaxJacobian::entryBound))
            .guide("1/(2T), the bound of the norm", x, each(x, SoftmaxJacobian::spectralBound));
    for (double epsilon : epsilons) {
      chart.guide(
          "\u221a2/\u03b5 = %s at \u03b5 = %s"
              .formatted(Numbers.brief(Math.sqrt(2) / epsilon, 3), Numbers.plain(epsilon)),
          x,
          constant(x, Math.sqrt(2) / epsilon));
    }
    List<String> headings = new ArrayList<>(List.of("T"));
    for (int e = 0; e < epsilons.length; e++) {
      String name = "\u03b5 = " + Numbers.plain(epsilons[e]);
      chart.line(name, e, x, results.steepest(epsilons[e]));
      headings.add(name);
      headings.add("bound at " + name);
    }
    List<Table.Row> rows = new ArrayList<>();
    for (int i = 0; i < x.length; i++) {
      List<String> cells = new ArrayList<>(List.of(Numbers.plain(x[i])));
      for (double epsilon : epsilons) {
        cells.add(Numbers.brief(results.steepest(epsilon)[i], 3));
        cells.add(Numbers.brief(Sensitivity.bound(x[i], epsilon), 3));
      }
      rows.add(Table.Row.of(cells));
    }
    return section(
        Topic.SENSITIVITY,
        "Gradient sensitivity (Algorithm 5)",
        Paragraph.of(
            "How far the weights of softmax(l/T) move if the products l of query and keys are"
                + " pushed by \u03b5 in a random direction, over \u03b5: the mean over rows, then"
                + " the largest of all heads. T is the whole divisor, as in the paper: it stands"
                + " where the model has the root of the head size. 1/(4T) bounds single entries of"
                + " the Jacobian, not its norm; the norm is at most 1/(2T), and a finite difference"
                + " also at most \u221a2/\u03b5."),
        Gallery.of(
            new Figure(
                "sensitivity",
                "Gradient sensitivity of softmax against T for three \u03b5, with 1/(4T), 1/(2T)"
                    + " and \u221a2/\u03b5.",
                chart),
            new Table(
                "The largest g of all heads, and min(1/(2T), \u221a2/\u03b5)", headings, rows)));
  }

  private static double[] each(double[] x, DoubleUnaryOperator line) {
    return DoubleStream.of(x).map(line).toArray();
  }

  private Section retrieval() {
    int longest = settings.longest();
    int[] counts = settings.counts(longest);
    double[] x = Arrays.stream(counts).asDoubleStream().toArray();
    At length = at -> longest;
    At count = at -> (int) at;
    LineChart byWeight = new LineChart("Chosen by weight, L = " + longest, "N", "mean over heads");
    LineChart byNorm =
        new LineChart("Chosen by weight \u00d7 norm, L = " + longest, "N", "mean over heads");
    Quantity[][] quantities = {
      {Quantity.RECALL, Quantity.PRECISION, Quantity.F},
      {Quantity.RECALL_BY_NORM, Quantity.PRECISION_BY_NORM, Quantity.F_BY_NORM}
    };
    String[] names = {"recall", "precision", "F"};
    LineChart[] charts = {byWeight, byNorm};
    for (int c = 0; c < charts.length; c++) {
      charts[c].small().powersOfTwoX().yRange(0, 1);
      for (int i = 0; i < names.length; i++) {
        charts[c].line(names[i], i, x, means(x, length, count, quantities[c][i]));
      }
    }
    List<Table.Row> rows = new ArrayList<>();
    for (int n : counts) {
      List<String> cells = new ArrayList<>(List.of(Integer.toString(n)));
      for (Quantity[] of : quantities) {
        for (Quantity quantity : of) {
          cells.add(Numbers.brief(results.mean(longest, n, quantity), 3));
        }
      }
      rows.add(Table.Row.of(cells));
    }
    return Section.of(
        "Recall, precision and F (arXiv 2609.37879)",
        Paragraph.of(
            "The same question for the value vectors times their weights, from both sides: recall"
                + " is the share of chosen tokens nearer to their sum than any other, precision"
                + " falls with each other token that lies within their distance."),
        Gallery.of(
            List.of(
                new Figure(
                    "retrieval-weight",
                    "Recall, precision and F against N, tokens chosen by weight.",
                    byWeight),
                new Figure(
                    "retrieval-norm",
                    "Recall, precision and F against N, tokens chosen by weight times norm of the"
                        + " value.",
                    byNorm),
                retrievalAgainstLength()),
            new Table(
                "Means over heads",
                List.of(
                    "N",
                    "recall",
                    "precision",
                    "F",
                    "recall, \u00d7 norm",
                    "precision, \u00d7 norm",
                    "F, \u00d7 norm"),
                rows)));
  }

  private Figure retrievalAgainstLength() {
    At length = at -> (int) at;
    At count = at -> PaperSettings.FIXED_N;
    double[] x = fixedLengths();
    LineChart chart =
        new LineChart("N = " + PaperSettings.FIXED_N, "L", "mean over heads")
            .small()
            .powersOfTwoX()
            .yRange(0, 1)
            .line("recall", 0, x, means(x, length, count, Quantity.RECALL))
            .line("precision", 1, x, means(x, length, count, Quantity.PRECISION))
            .line("F", 2, x, means(x, length, count, Quantity.F))
            .line("F, \u00d7 norm", 3, x, means(x, length, count, Quantity.F_BY_NORM));
    return new Figure(
        "retrieval-length",
        "Recall, precision and F against L at N = %d.".formatted(PaperSettings.FIXED_N),
        chart);
  }

  /** Each L at which the fixed N was measured. */
  private double[] fixedLengths() {
    return Arrays.stream(settings.lengths())
        .filter(length -> !results.at(length, PaperSettings.FIXED_N).isEmpty())
        .asDoubleStream()
        .toArray();
  }

  private Section restriction() {
    int[] lengths = settings.lengths();
    String cost = results.hasLoss() ? "rise of the loss" : "move of the output";
    List<Figure> figures = new ArrayList<>();
    for (boolean renormalised : new boolean[] {false, true}) {
      String how = renormalised ? "renormalised" : "kept";
      LineChart chart = new LineChart("Weights " + how, "N", cost).small().powersOfTwoX().logY();
      List<PaperPart.OfRestriction> all = results.restrictions(renormalised);
      double[] x = all.stream().mapToDouble(PaperPart.OfRestriction::count).toArray();
      chart.guide("5 %", x, constant(x, PaperSettings.TOLERANCE));
      for (int i = 0; i < lengths.length; i++) {
        int index = i;
        List<PaperPart.OfRestriction> fitting = results.restrictionsAt(i, renormalised);
        chart.line(
            "L = " + lengths[i],
            i,
            fitting.stream().mapToDouble(PaperPart.OfRestriction::count).toArray(),
            fitting.stream().mapToDouble(one -> results.cost(one, index)).toArray());
      }
      figures.add(
          new Figure(
              "restriction-" + how,
              "%s against N with weights %s, for each L.".formatted(cost, how),
              chart));
    }
    double[] x = Arrays.stream(lengths).asDoubleStream().toArray();
    LineChart smallest =
        new LineChart("The smallest N within 5 %", "L", "N")
            .small()
            .powersOfTwoX()
            .guide("0.06 L", x, each(x, length -> 0.06 * length))
            .line("weights kept", 0, x, sufficient(false))
            .line("weights renormalised", 1, x, sufficient(true));
    figures.add(new Figure("restriction-n", "The smallest N that suffices against L.", smallest));
    return section(
        Topic.RESTRICTION,
        "Restriction (arXiv 2609.37879)",
        Paragraph.of(
            "All heads of all layers read the N largest weights of each row alone, without training again: with the weights as they are, or divided by their sum. %s N is tried at %s."
                .formatted(
                    results.hasLoss()
                        ? "A loss that is at most 5 % larger counts as kept."
                        : "This model has no loss; the output may move by 5 % of its norm, the mean"
                            + " over windows.",
                    join(settings.fittingRestrictions()))),
        Gallery.of(figures, restrictionTable()));
  }

  private static String join(int[] numbers) {
    return IntStream.of(numbers)
        .mapToObj(Integer::toString)
        .reduce((a, b) -> a + ", " + b)
        .orElse("no value");
  }

  private double[] sufficient(boolean renormalised) {
    IntToDoubleFunction smallest =
        index -> {
          OptionalInt found = results.smallestSufficient(index, renormalised);
          return found.isPresent() ? found.getAsInt() : Double.NaN;
        };
    return IntStream.range(0, settings.lengths().length).mapToDouble(smallest).toArray();
  }

  private Table restrictionTable() {
    List<Table.Row> rows = new ArrayList<>();
    double[] kept = sufficient(false);
    double[] renormalised = sufficient(true);
    for (int i = 0; i < kept.length; i++) {
      int length = settings.lengths()[i];
      rows.add(
          Table.Row.of(
              List.of(
                  Integer.toString(length),
                  Numbers.brief(kept[i], 4),
                  Numbers.brief(kept[i] / length, 2),
                  Numbers.brief(renormalised[i], 4),
                  Numbers.brief(renormalised[i] / length, 2))));
    }
    return new Table(
        "The smallest N that was tried and suffices",
        List.of("L", "N, kept", "N/L, kept", "N, renormalised", "N/L, renormalised"),
        rows);
  }
}
