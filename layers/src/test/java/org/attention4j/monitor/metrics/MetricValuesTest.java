package org.attention4j.monitor.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.attention4j.monitor.metrics.AttentionRow.Steepness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The built-in metrics on rows small enough to be worked out by hand. */
final class MetricValuesTest {
  private static final double LN2 = Math.log(2);
  private static final int[] ABC = {0, 1, 2};

  private static AttentionRow row(int[] keys, double[] scores, double[] weights) {
    return row(keys, scores, weights, null, OptionalDouble.empty(), null, new double[0][]);
  }

  private static AttentionRow row(
      int[] keys,
      double[] scores,
      double[] weights,
      double[] scoresGradient,
      OptionalDouble temperature,
      Steepness steepness,
      double[][] tokens) {
    return new AttentionRow(
        0, 0, keys, scores, weights, () -> tokens, null, scoresGradient, temperature, steepness);
  }

  private record Vectors(double[] query, double[][] keys, double[][] values)
      implements AttentionRow.Vectors {}

  private static AttentionRow placed(
      OptionalInt position, int[] keys, double[] weights, AttentionRow.Vectors vectors) {
    int n = weights.length;
    return new AttentionRow(
        0,
        0,
        keys,
        weights,
        weights,
        () -> new double[n][],
        null,
        null,
        OptionalDouble.empty(),
        null,
        position,
        vectors);
  }

  @Test
  void positions() {
    AttentionRow atTwo = placed(OptionalInt.of(2), ABC, new double[] {0.5, 0.2, 0.1}, null);
    AttentionRow atThree =
        placed(OptionalInt.of(3), new int[] {1, 3, 7}, new double[] {0.7, 0.2, 0.1}, null);
    check(
        new PositionMetrics().measure(head(atTwo, atThree)),
        values(
            "attentionDistance", ((0.5 * 2 + 0.2) / 0.8 + (0.7 * 2 + 0.1 * 4)) / 2,
            "diagonalMass", (0.1 + 0.2) / 2,
            "previousMass", 0.2,
            "topKeyMass", 0.9 / 2,
            "topKeyPosition", 1));
    // Without positions, and with two keys that get the same.
    check(
        new PositionMetrics().measure(head(row(new int[] {4, 9}, upTo(2), new double[] {1, 1}))),
        values("topKeyMass", 1, "topKeyPosition", 4));
    AttentionRow empty = placed(OptionalInt.of(0), new int[] {0}, new double[] {0}, null);
    check(
        new PositionMetrics().measure(head(empty)),
        values("diagonalMass", 0, "topKeyMass", 0, "topKeyPosition", 0));
    assertThat(new PositionMetrics().measure(head(weights(0.5, Double.NaN))))
        .isEqualTo(Map.of("topKeyMass", Double.NaN, "topKeyPosition", Double.NaN));
    assertThat(new PositionMetrics().measure(head())).isEmpty();
  }

  private static double correlation(int head, List<List<AttentionRow>> rows) {
    return new RedundancyMetrics()
        .measure(new HeadProbe("att", head, rows.get(head), Map.of(), Map.of(), null, rows))
        .getOrDefault("headCorrelation", -9.0);
  }

  @Test
  void redundancy() {
    List<AttentionRow> first = List.of(weights(0.1, 0.2, 0.7), weights(0.5, 0.5), weights(3, 1, 2));
    // The same up to a factor and a shift: 1; of two keys and of constant rows nothing is known.
    List<AttentionRow> second = List.of(weights(0.4, 0.6, 1.6), weights(0, 1), weights(1, 1, 1));
    // 1, 0, -1 against 3, 1, 2 less 2: (1 + 0 + 0) / 2; and -1 against the first row.
    List<AttentionRow> third = List.of(weights(-1, -2, -7), weights(0, 1), weights(1, 0, -1));
    List<List<AttentionRow>> rows = List.of(first, second, third);
    assertThat(correlation(0, rows)).isCloseTo(1, within(1e-12));
    assertThat(correlation(1, rows)).isCloseTo(1, within(1e-12));
    assertThat(correlation(2, List.of(first, first, third)))
        .isCloseTo((-1 + 0.5) / 2, within(1e-12));
    assertThat(correlation(0, List.of(first))).isEqualTo(-9);
    assertThat(correlation(0, List.of(second.subList(1, 3), second.subList(1, 3)))).isEqualTo(-9);
    assertThat(new RedundancyMetrics().measure(head(weights(1, 2, 3)))).isEmpty();
  }

  @Test
  void vectors() {
    AttentionRow row =
        placed(
            OptionalInt.empty(),
            ABC,
            new double[] {0.6, 0.3, 0.1},
            new Vectors(
                new double[] {3, 4},
                new double[][] {{1, 1}, {0, 0}, {7, 1}},
                new double[][] {{0.1, 0}, {0, 2}, {-5, 0}}));
    double all = 0.06 + 0.6 + 0.5;
    Map<String, Double> expected =
        values(
            "queryRms", 5 / Math.sqrt(2),
            "keyRms", (1 + 0 + 5) / 3.0,
            "valueRms", 7.1 / Math.sqrt(2) / 3,
            "headOutputRms", Math.hypot(0.06 - 0.5, 0.6) / Math.sqrt(2),
            "selectionRecall", 0.5, // keys 0 and 1 against 1 and 2
            "selectedContribution", (0.06 + 0.6) / all);
    check(new VectorMetrics(n -> 2).measure(head(row)), expected);
    assertThat(new VectorMetrics(n -> 1).measure(head(row)))
        .containsEntry("selectionRecall", 0.0)
        .hasEntrySatisfying(
            "selectedContribution",
            share -> assertThat(share).isCloseTo(0.06 / all, within(1e-12)));
    assertThat(new VectorMetrics(n -> 3).measure(head(row)))
        .containsOnlyKeys("queryRms", "keyRms", "valueRms", "headOutputRms");
    assertThat(new VectorMetrics(n -> 1).measure(head(weights(1, 2, 3)))).isEmpty();
    assertThat(new VectorMetrics(n -> 1).tier()).isEqualTo(Tier.FULL);
  }

  @Test
  void aValueThatIsNotANumberLeavesNoSelection() {
    AttentionRow row =
        placed(
            OptionalInt.empty(),
            ABC,
            new double[] {0.6, 0.3, 0.1},
            new Vectors(
                new double[] {3, 4},
                new double[][] {{1, 1}, {0, 0}, {7, 1}},
                new double[][] {{0.1, 0}, {0, 2}, {Double.NaN, 0}}));
    assertThat(new VectorMetrics(n -> 1).measure(head(row)))
        .containsEntry("selectionRecall", Double.NaN)
        .containsEntry("selectedContribution", Double.NaN)
        .containsEntry("valueRms", Double.NaN)
        .containsEntry("keyRms", (1 + 0 + 5) / 3.0);
  }

  private static AttentionRow weights(double... weights) {
    return row(IntStream.range(0, weights.length).toArray(), weights, weights);
  }

  private static HeadProbe head(AttentionRow... rows) {
    return new HeadProbe("att", 0, List.of(rows), Map.of(), Map.of());
  }

  private static void check(Map<String, Double> actual, Map<String, Double> expected) {
    assertThat(actual.keySet()).containsExactlyElementsOf(expected.keySet());
    expected.forEach(
        (name, value) -> assertThat(actual.get(name)).as(name).isCloseTo(value, within(1e-12)));
  }

  private static Map<String, Double> values(Object... namesAndValues) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      values.put((String) namesAndValues[i], ((Number) namesAndValues[i + 1]).doubleValue());
    }
    return values;
  }

  @Test
  void spread() {
    AttentionRow whole = row(new int[] {0, 2, 3}, upTo(3), new double[] {0.5, 0.25, 0.25});
    AttentionRow narrow = row(new int[] {1, 2}, upTo(2), new double[] {0, 0.8});
    AttentionRow empty = row(new int[] {0}, upTo(1), new double[] {0});
    check(
        new SpreadMetrics(n -> 2).measure(head(whole, narrow, empty)),
        values(
            "entropy", 1.5 * LN2 / 2,
            "effectiveTokens", (2 * Math.sqrt(2) + 1) / 2,
            "normalizedEntropy", 1.5 * LN2 / Math.log(3) / 2,
            "support", 4.0 / 3,
            "rowMass", 1.8 / 3,
            "largestWeight", 1.3 / 3,
            "largestOverUniform", (1.5 + 1.6 + 0) / 3,
            "topCount", 5.0 / 3,
            "topMass", (0.75 + 0.8 + 0) / 3,
            "sinkMass", 0.25,
            "visibleKeys", 2,
            "sinkRate", 0));
  }

  private static double[] upTo(int length) {
    return IntStream.range(0, length).mapToDouble(i -> i).toArray();
  }

  @ParameterizedTest
  @CsvSource({"0.31, 1", "0.3, 0", "0.29, 0"})
  void aSinkHasMoreThanThreeTenths(double first, double expected) {
    Map<String, Double> measured =
        new SpreadMetrics(n -> 1).measure(head(weights(first, 1 - first)));
    assertThat(measured).contains(entry("sinkMass", first), entry("sinkRate", expected));
  }

  @Test
  void withoutTheFirstKeyThereIsNoSink() {
    AttentionRow later = row(new int[] {1, 2}, upTo(2), new double[] {0.9, 0.1});
    assertThat(new SpreadMetrics(n -> 1).measure(head(later)))
        .doesNotContainKeys("sinkMass", "sinkRate")
        .containsEntry("topMass", 0.9);
    assertThat(new SpreadMetrics(n -> 1).measure(head())).isEmpty();
  }

  @Test
  void logits() {
    AttentionRow three =
        row(ABC, new double[] {1, -2, 3}, upTo(3), null, OptionalDouble.of(0.5), null, null);
    AttentionRow one = row(new int[] {1}, new double[] {0.5}, new double[] {1});
    HeadProbe head =
        new HeadProbe(
            "att",
            0,
            List.of(three, one),
            Map.of("s", 0.7, "alpha", 1.5),
            Map.of(),
            new HeadProbe.Largest(7, OptionalDouble.of(5)));
    double logSumExp = Math.log(Math.exp(1) + Math.exp(-2) + Math.exp(3));
    check(
        new LogitMetrics().measure(head),
        values(
            "logSumExp",
            (logSumExp + 0.5) / 2,
            "temperature",
            0.5,
            "maxLogit",
            7,
            "maxDotProduct",
            5,
            "normalizer.alpha",
            1.5,
            "normalizer.s",
            0.7));
    assertThat(new LogitMetrics().measure(head(one, one))).isEqualTo(Map.of("logSumExp", 0.5));
    HeadProbe unbiased =
        new HeadProbe(
            "att",
            0,
            List.of(one),
            Map.of(),
            Map.of(),
            new HeadProbe.Largest(7, OptionalDouble.empty()));
    assertThat(new LogitMetrics().measure(unbiased))
        .isEqualTo(Map.of("logSumExp", 0.5, "maxLogit", 7.0));
    assertThat(new LogitMetrics().measure(head())).isEmpty();
  }

  private static AttentionRow tokens(double[] weights, double[]... tokens) {
    return row(ABC, upTo(3), weights, null, OptionalDouble.empty(), null, tokens);
  }

  /** s = 0.6 x_0; d̃ = |s − 0.3 x_1| + |s − 0.1 x_2|; on the sphere r is the smaller of these. */
  @Test
  void geometry() {
    AttentionRow apart =
        tokens(
            new double[] {0.6, 0.3, 0.1},
            new double[] {2, 0},
            new double[] {0, 3},
            new double[] {0, 0});
    Map<String, Double> ofOne =
        values(
            "distance",
            2.7,
            "distanceBound",
            0.4 * Math.sqrt(13) + 2 * (0.6 * 2 - 0.4),
            "separableShare",
            1,
            "separationRadius",
            0.6);
    check(new GeometryMetrics(n -> 1).measure(head(apart)), ofOne);
    // N = 2: s = (0.2, 0), both chosen ones further off than r = |s − 0.2 x_2|.
    AttentionRow mixed =
        tokens(
            new double[] {0.5, 0.3, 0.2},
            new double[] {1, 0},
            new double[] {-1, 0},
            new double[] {0, 1});
    double radius = 0.2 * Math.sqrt(2);
    check(
        new GeometryMetrics(n -> 2).measure(head(mixed)),
        values(
            "distance",
            radius,
            "distanceBound",
            0.2 * Math.sqrt(2) + (0.8 - 0.2),
            "separableShare",
            0,
            "separationRadius",
            radius));
    // A row that sums to 0.9 has no bound, a row of N keys nothing at all.
    AttentionRow light =
        tokens(
            new double[] {0.6, 0.2, 0.1},
            new double[] {2, 0},
            new double[] {0, 3},
            new double[] {0, 0});
    double lightDistance = Math.hypot(1.2, 0.6) + 1.2;
    check(
        new GeometryMetrics(n -> 1).measure(head(apart, light)),
        values(
            "distance",
            (2.7 + lightDistance) / 2,
            "distanceBound",
            ofOne.get("distanceBound"),
            "separableShare",
            1,
            "separationRadius",
            (0.6 + 0.6) / 2));
    assertThat(new GeometryMetrics(n -> 3).measure(head(apart))).isEmpty();
    assertThat(new GeometryMetrics(n -> 1).tier()).isEqualTo(Tier.FULL);
  }

  @Test
  void gradients() {
    AttentionRow first =
        row(ABC, upTo(3), upTo(3), new double[] {3, 0, -4}, OptionalDouble.empty(), null, null);
    AttentionRow second =
        row(ABC, upTo(3), upTo(3), new double[] {0, -12, 5}, OptionalDouble.empty(), null, null);
    HeadProbe head =
        new HeadProbe(
            "att",
            0,
            List.of(first, second, weights(1)),
            Map.of(),
            Map.of(
                "Wq", new HeadProbe.Norms(2, 7, 0.01, 0, 0),
                "Wo", new HeadProbe.Norms(0, 11, 0.02, 0, 0)));
    check(
        new GradientMetrics().measure(head),
        values(
            "scoresGradientNorm", 9,
            "gradientNorm.Wo", 11,
            "gradientNorm.Wq", 7,
            "updateRatio.Wq", 0.005));
    assertThat(new GradientMetrics().measure(head(weights(1)))).isEmpty();
    assertThat(new GradientMetrics().tier()).isEqualTo(Tier.CHEAP);
  }

  @Test
  void jacobians() {
    AttentionRow steep =
        row(ABC, upTo(3), upTo(3), null, OptionalDouble.of(0.5), new Steepness(0.25, 0.5), null);
    AttentionRow steeper =
        row(ABC, upTo(3), upTo(3), null, OptionalDouble.of(0.25), new Steepness(0.75, 2.5), null);
    AttentionRow unknown = weights(0.5, 0.5);
    check(
        new JacobianMetrics().measure(head(steep, steeper, unknown)),
        values(
            "jacobianSpectral",
            0.5,
            "jacobianFrobenius",
            1.5,
            "jacobianBound",
            (1.0 + 2.0) / 2,
            "jacobianEntryBound",
            (0.5 + 1.0) / 2));
    assertThat(new JacobianMetrics().measure(head(unknown))).isEmpty();
    assertThat(new JacobianMetrics().tier()).isEqualTo(Tier.FULL);
  }

  @Test
  void whatIsNotFiniteIsCounted() {
    double nan = Double.NaN;
    double infinite = Double.NEGATIVE_INFINITY;
    AttentionRow bad =
        row(
            ABC,
            new double[] {nan, infinite, 1},
            new double[] {nan, nan, 1},
            new double[] {infinite, 1, 2},
            OptionalDouble.empty(),
            null,
            null);
    HeadProbe head =
        new HeadProbe(
            "att",
            0,
            List.of(bad, weights(nan)),
            Map.of(),
            Map.of("Wq", new HeadProbe.Norms(1, 1, 1, 10, 100)));
    check(
        new NonFiniteMetric().measure(head),
        values("nanCount", 3 + 2 + 10, "infiniteCount", 2 + 100, "nonFinite", 117));
  }

  @Test
  void meansAreOverTheRowsThatHaveTheQuantity() {
    RowMeans means = new RowMeans();
    means.add("often", 1);
    means.add("once", -7);
    means.add("often", 4);
    means.add("often", -2);
    check(means.estimates().values(), values("often", 1, "once", -7));
    // 0, 3 and -3 from the mean: the variance is 18 / 2, the standard error √(9 / 3).
    check(means.estimates().standardErrors(), values("often", Math.sqrt(3)));
    assertThat(new RowMeans().estimates()).isEqualTo(new Estimates(Map.of(), Map.of()));
  }

  /** What is no mean over sampled rows has no standard error. */
  @Test
  void standardErrors() {
    AttentionRow one = weights(0.25, 0.25, 0.25, 0.25);
    AttentionRow other = weights(0.5, 0, 0.5, 0);
    HeadProbe head =
        new HeadProbe(
            "att",
            0,
            List.of(one, other),
            Map.of("alpha", 1.5),
            Map.of("Wq", new HeadProbe.Norms(1, 1, 1, 0, 0)),
            new HeadProbe.Largest(7, OptionalDouble.empty()));
    Map<String, Double> errors = new LinkedHashMap<>();
    for (MetricGroup group : MetricGroup.of(Tier.CHEAP)) {
      errors.putAll(group.metric(n -> 1).estimate(head).standardErrors());
    }
    // Half the difference of two values.
    assertThat(errors.get("entropy")).isCloseTo(LN2 / 2, within(1e-12));
    assertThat(errors.get("largestWeight")).isCloseTo(0.125, within(1e-12));
    assertThat(errors.get("rowMass")).isZero();
    assertThat(errors)
        .doesNotContainKeys(
            "maxLogit", "sinkRate", "nonFinite", "gradientNorm.Wq", "normalizer.alpha");
    Metric own = Metric.meanOfRows("first", row -> row.weights()[0]);
    assertThat(own.estimate(head).standardErrors().get("first")).isCloseTo(0.125, within(1e-12));
    Metric plain = any -> Map.of("a", 1.0);
    assertThat(plain.estimate(head)).isEqualTo(new Estimates(Map.of("a", 1.0), Map.of()));
  }

  @Test
  void ownMeansOfRows() {
    Metric last = Metric.meanOfRows("last", row -> row.weights()[row.length() - 1]);
    assertThat(last.measure(head(weights(0.5, 0.25), weights(0.75))))
        .isEqualTo(Map.of("last", 0.5));
    assertThat(last.measure(head())).isEmpty();
    assertThat(last.tier()).isEqualTo(Tier.CHEAP);
  }

  @Test
  void groupsAndTiers() {
    assertThat(MetricGroup.of(Tier.CHEAP))
        .containsExactly(
            MetricGroup.SPREAD,
            MetricGroup.POSITION,
            MetricGroup.REDUNDANCY,
            MetricGroup.LOGITS,
            MetricGroup.GRADIENTS,
            MetricGroup.NON_FINITE);
    assertThat(MetricGroup.of(Tier.FULL)).containsExactly(MetricGroup.values());
    for (MetricGroup group : MetricGroup.values()) {
      assertThat(group.metric(n -> 1).tier()).isEqualTo(group.tier());
    }
    assertThat(MetricGroup.SPREAD.metric(n -> 1).measure(head(weights(0.9, 0.1))))
        .containsEntry("topMass", 0.9);
    assertThat(MetricGroup.GEOMETRY.metric(n -> 9).measure(head(weights(0.9, 0.1)))).isEmpty();
  }

  /** The page, Prometheus and the docs have their text from there. */
  @Test
  void everyMetricHasALabelAUnitAndADescription() {
    double[][] tokens = {{1, 0}, {0, 1}, {1, 1}};
    AttentionRow row =
        new AttentionRow(
            0,
            0,
            ABC,
            upTo(3),
            new double[] {0.5, 0.3, 0.2},
            () -> tokens,
            null,
            upTo(3),
            OptionalDouble.of(1),
            new Steepness(1, 1),
            OptionalInt.of(1),
            new Vectors(new double[] {1}, tokens, tokens));
    HeadProbe head =
        new HeadProbe(
            "att",
            0,
            List.of(row),
            Map.of("alpha", 1.5),
            Map.of("Wq", new HeadProbe.Norms(1, 1, 1, 0, 0)),
            new HeadProbe.Largest(7, OptionalDouble.of(5)),
            List.of(List.of(row), List.of(weights(0.5, 0.25, 0.25))));
    List<String> emitted = new ArrayList<>();
    for (MetricGroup group : MetricGroup.values()) {
      emitted.addAll(group.metric(n -> 1).measure(head).keySet());
    }
    List<String> described = new ArrayList<>();
    for (String name : emitted) {
      MetricDescription description = MetricDescription.of(name);
      assertThat(description.group()).as(name).isNotEqualTo("Other");
      assertThat(description.label()).as(name).isNotBlank().isNotEqualTo(name);
      assertThat(description.unit())
          .as(name)
          .isIn("1", "ratio", "nats", "keys", "tokens", "numbers");
      assertThat(description.meaning()).as(name).isNotBlank();
      assertThat(description.name()).isEqualTo(name);
      described.add(MetricDescription.ofFamily(name).orElse(description).name());
    }
    assertThat(MetricDescription.all().stream().map(MetricDescription::name))
        .containsExactlyInAnyOrderElementsOf(described);
  }

  @Test
  void descriptions() {
    assertThat(MetricDescription.of("separableShare").text())
        .isEqualTo(
            "N_s/N, the share of the N chosen tokens that can be told from all others, of vectors"
                + " scaled to length one. Healthy: above 0.85. Otherwise: 0.70–0.85 for long: a"
                + " saturated head; fewer active tokens.");
    assertThat(MetricDescription.of("topCount").label()).isEqualTo("Size N of the top");
    assertThat(MetricDescription.of("topCount").text())
        .isEqualTo(
            "N, how many of the largest weights count as chosen; topN and topFraction set it.");
    assertThat(MetricDescription.of("gradientNorm.Wq").label()).isEqualTo("Gradient of Wq");
    assertThat(MetricDescription.of("normalizer.a.b").label()).isEqualTo("Learned a.b");
    MetricDescription own = MetricDescription.of("own.metric");
    assertThat(own)
        .isEqualTo(new MetricDescription("own.metric", "Other", "own.metric", "1", "", "", ""));
    assertThat(own.text()).isEqualTo("own.metric.");
    assertThat(MetricDescription.ofFamily("gradientNorm.Wq").orElseThrow().name())
        .isEqualTo("gradientNorm.<name>");
    assertThat(MetricDescription.ofFamily("gradientNorm"))
        .isEqualTo(MetricDescription.ofFamily("gradientNorm.Wq"));
    assertThat(MetricDescription.ofFamily("own.metric")).isEmpty();
    assertThat(MetricDescription.ofFamily("entropy")).isEmpty();
    assertThat(MetricDescription.ofFamily("entropy.Wq")).isEmpty();
  }
}
