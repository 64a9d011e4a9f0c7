package org.attention4j.monitor.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Sums over heads, by hand. */
class HeadAggregatesTest {
  private static final OptionalInt NONE = OptionalInt.empty();

  private static MetricRecord head(String layer, int head, Object... namesAndValues) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      metrics.put((String) namesAndValues[i], ((Number) namesAndValues[i + 1]).doubleValue());
    }
    return new MetricRecord(50, 3, "val", layer, head, metrics, Map.of());
  }

  private static List<MetricRecord> first() {
    return List.of(
        head("a", 0, "entropy", 1, "normalizedEntropy", 0.5, "maxLogit", 7, "sinkRate", 1),
        head("a", 1, "entropy", 4, "normalizedEntropy", 0.25, "maxLogit", 11, "sinkRate", 0));
  }

  private static List<MetricRecord> second() {
    return List.of(
        head("b", 0, "entropy", 2.5, "maxLogit", 3, "maxDotProduct", 2, "sinkRate", 0),
        head("b", 1, "maxLogit", 5, "maxDotProduct", 1, "sinkRate", 0));
  }

  @Test
  void ofALayer() {
    AggregateRecord layer = HeadAggregates.ofLayer(first(), Map.of(), OptionalInt.of(1));
    assertThat(layer.layer()).isEqualTo("a");
    assertThat(layer.iteration()).isEqualTo(50);
    assertThat(layer.epoch()).isEqualTo(3);
    assertThat(layer.split()).isEqualTo("val");
    assertThat(layer.metrics())
        .isEqualTo(
            Map.of(
                "entropyMin", 1.0,
                "entropyMean", 2.5,
                "entropyMax", 4.0,
                "normalizedEntropyMin", 0.25,
                "normalizedEntropyMean", 0.375,
                "normalizedEntropyMax", 0.5,
                "maxLogit", 11.0,
                "sinkRate", 0.5,
                "headsInAlarm", 1.0));
  }

  /** Each head counts alike, in whatever layer it is. */
  @Test
  void ofANetwork() {
    AggregateRecord network = HeadAggregates.ofNetwork(List.of(first(), second()), List.of(), NONE);
    assertThat(network.layer()).isNull();
    assertThat(network.metrics())
        .isEqualTo(
            Map.of(
                "entropyMin", 1.0,
                "entropyMean", 2.5,
                "entropyMax", 4.0,
                "normalizedEntropyMin", 0.25,
                "normalizedEntropyMean", 0.375,
                "normalizedEntropyMax", 0.5,
                "maxLogit", 11.0,
                "maxDotProduct", 2.0,
                "sinkRate", 0.25));
    assertThat(HeadAggregates.ofLayer(List.of(head("a", 0)), Map.of(), NONE).metrics()).isEmpty();
  }

  /** The network has the largest size and the smallest spread of its layers. */
  @Test
  void numbersOfLayers() {
    List<MetricRecord> heads =
        List.of(head("a", 0, "headCorrelation", -0.5), head("a", 1, "headCorrelation", 0.75));
    Map<String, Double> one = Map.of("blockOutputRms", 3.0, "rankResidual", 0.25);
    assertThat(HeadAggregates.ofLayer(heads, one, NONE).metrics())
        .isEqualTo(Map.of("headCorrelation", 0.75, "blockOutputRms", 3.0, "rankResidual", 0.25));
    Map<String, Double> other = Map.of("blockOutputRms", 5.0, "rankResidual", 0.5);
    assertThat(
            HeadAggregates.ofNetwork(
                    List.of(heads, List.of(head("b", 0))), List.of(one, other), NONE)
                .metrics())
        .isEqualTo(Map.of("headCorrelation", 0.75, "blockOutputRms", 5.0, "rankResidual", 0.25));
  }

  @Test
  void aNumberThatIsNotFiniteShows() {
    List<MetricRecord> heads =
        List.of(head("a", 0, "entropy", Double.NaN, "maxLogit", 1), head("a", 1, "entropy", 1));
    Map<String, Double> metrics = HeadAggregates.ofLayer(heads, Map.of(), NONE).metrics();
    assertThat(metrics.get("entropyMin")).isNaN();
    assertThat(metrics.get("entropyMean")).isNaN();
    assertThat(metrics.get("entropyMax")).isNaN();
    assertThat(metrics.get("maxLogit")).isEqualTo(1);
  }

  private static double deadShare(MetricRecord... heads) {
    return HeadAggregates.ofLayer(List.of(heads), Map.of(), NONE).metrics().get("deadShare");
  }

  @Test
  void deadHeads() {
    double third = 1.0 / 3;
    // By the mass of their rows.
    assertThat(deadShare(head("a", 0, "rowMass", 0.009), head("a", 1, "rowMass", 0.011)))
        .isEqualTo(0.5);
    // By the gradient of their parameters: 5 against 4e-4 and 6e-4.
    assertThat(
            deadShare(
                head("a", 0, "gradientNorm.Wq", 3, "gradientNorm.Wv", 4),
                head("a", 1, "gradientNorm.Wq", 4e-4),
                head("a", 2, "gradientNorm.Wq", 6e-4, "scoresGradientNorm", 0)))
        .isCloseTo(third, within(1e-12));
    // Without parameters by the gradient of the scores; zero is dead whatever the others have.
    assertThat(deadShare(head("a", 0, "scoresGradientNorm", 0))).isEqualTo(1);
    assertThat(
            deadShare(head("a", 0, "scoresGradientNorm", 1), head("a", 1, "scoresGradientNorm", 1)))
        .isZero();
    // A head that learns but attends to nothing, and one of which nothing is known.
    assertThat(
            deadShare(
                head("a", 0, "rowMass", 0, "gradientNorm.Wq", 1),
                head("a", 1, "rowMass", 1, "gradientNorm.Wq", 1),
                head("a", 2, "entropy", 1)))
        .isEqualTo(0.5);
    assertThat(deadShare(head("a", 0, "rowMass", Double.NaN))).isZero();
  }

  /** The gradients of other layers have another scale. */
  @Test
  void deadHeadsOfANetwork() {
    Map<String, Double> metrics =
        HeadAggregates.ofNetwork(
                List.of(
                    List.of(head("a", 0, "gradientNorm.Wq", 1e9)),
                    List.of(head("b", 0, "gradientNorm.Wq", 1), head("b", 1, "gradientNorm.Wq", 0)),
                    List.of(head("c", 0, "rowMass", 1))),
                List.of(),
                NONE)
            .metrics();
    assertThat(metrics).isEqualTo(Map.of("deadShare", 0.25));
  }
}
