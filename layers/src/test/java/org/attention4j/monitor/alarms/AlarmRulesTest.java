package org.attention4j.monitor.alarms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

final class AlarmRulesTest {
  /** On which checks a rule raises an alarm, for one metric over time. */
  private static List<Integer> raised(
      AlarmRule.Factory factory, String metric, Map<String, Double> others, double... values) {
    AlarmRule rule = factory.create();
    List<Integer> checks = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      Map<String, Double> metrics = new HashMap<>(others);
      metrics.put(metric, values[i]);
      Optional<Alarm> alarm = rule.check(new MetricRecord(i, 0, "att", 1, metrics));
      if (alarm.isPresent()) {
        assertThat(alarm.get().metric()).isEqualTo(metric);
        assertThat(alarm.get().value()).isEqualTo(values[i]);
        assertThat(alarm.get().message()).startsWith("head 1 of layer att: ").contains("; try");
        checks.add(i);
      }
    }
    return checks;
  }

  private static double[] constant(double value, int count) {
    return DoubleStream.generate(() -> value).limit(count).toArray();
  }

  private static double[] joined(double[]... parts) {
    return Arrays.stream(parts).flatMapToDouble(DoubleStream::of).toArray();
  }

  @Test
  void logitsOnceUntilClearlyRecovered() {
    assertThat(
            raised(
                AlarmRules.logitBlowUp(100, 1),
                "maxLogit",
                Map.of(),
                99,
                101,
                150,
                95, // back, but not clearly
                101,
                79,
                101))
        .containsExactly(1, 6);
  }

  @Test
  void entropyBelowTheFloorInTwoSnapshots() {
    assertThat(
            raised(
                AlarmRules.entropyCollapse(0.05, 0.5, 2),
                "normalizedEntropy",
                Map.of(),
                0.04,
                0.3,
                0.04,
                0.03))
        .containsExactly(3);
  }

  @Test
  void entropyThatFallsFast() {
    AlarmRule.Factory rule = AlarmRules.entropyCollapse(0.05, 0.5, 2);
    assertThat(
            raised(
                rule,
                "normalizedEntropy",
                Map.of(),
                joined(constant(0.8, 10), new double[] {0.09, 0.09, 0.09})))
        .containsExactly(11);
    double[] learned = joined(constant(0.8, 10), constant(0.3, 30));
    assertThat(raised(rule, "normalizedEntropy", Map.of(), learned)).isEmpty();
    double[] slowly = DoubleStream.iterate(0.9, value -> value * 0.97).limit(60).toArray();
    assertThat(raised(rule, "normalizedEntropy", Map.of(), slowly)).isEmpty();
  }

  @Test
  void vanishingAttentionForLong() {
    AlarmRule.Factory rule = AlarmRules.vanishingAttention(2, 20);
    Map<String, Double> keys = Map.of("visibleKeys", 64.0);
    assertThat(raised(rule, "largestOverUniform", keys, constant(1.3, 30))).containsExactly(19);
    assertThat(
            raised(
                rule,
                "largestOverUniform",
                keys,
                joined(constant(1.3, 19), constant(5, 1), constant(1.3, 19))))
        .isEmpty();
    assertThat(raised(rule, "largestOverUniform", Map.of("visibleKeys", 3.0), constant(1.3, 30)))
        .isEmpty();
  }

  @Test
  void saturatedHeadForLong() {
    AlarmRule.Factory rule = AlarmRules.saturatedHead(0.70, 0.85, 20);
    assertThat(raised(rule, "separableShare", Map.of(), constant(0.65, 30))).containsExactly(19);
    assertThat(raised(rule, "separableShare", Map.of(), constant(0.8, 150))).containsExactly(99);
    assertThat(
            raised(rule, "separableShare", Map.of(), joined(constant(0.8, 50), constant(0.65, 50))))
        .containsExactly(59);
    assertThat(raised(rule, "separableShare", Map.of(), constant(0.9, 150))).isEmpty();
  }

  @Test
  void gradientAboveItsOwnMedian() {
    AlarmRule.Factory rule = AlarmRules.explodingGradient(10, 2);
    for (String metric : List.of("scoresGradientNorm", "gradientNorm.Wq")) {
      assertThat(
              raised(
                  rule,
                  metric,
                  Map.of(),
                  joined(constant(1e-3, 9), new double[] {0.02, 1e-3, 0.02, 0.03, 0.05})))
          .containsExactly(12);
      double[] noisy = new Random(7).doubles(200, 0.5, 2).toArray();
      assertThat(raised(rule, metric, Map.of(), noisy)).isEmpty();
    }
    assertThat(
            raised(
                rule,
                "scoresGradientNorm",
                Map.of("gradientNorm.Wq", 1.0),
                joined(constant(1, 9), constant(50, 2))))
        .containsExactly(10);
  }

  /** A training that has converged: 1e-12, then a batch that is not yet right. */
  @Test
  void gradientsThatHaveShrunkMayBeAnyNumberOfTimesTheirMedian() {
    AlarmRule.Factory rule = AlarmRules.explodingGradient(10, 2);
    double[] converged =
        joined(
            constant(1, 20),
            constant(1e-3, 40),
            constant(1e-12, 40),
            new double[] {0.5, 2, 9.9, 10, 1e-12, 0, 0, 3},
            constant(0, 40),
            constant(1, 3));
    assertThat(raised(rule, "scoresGradientNorm", Map.of(), converged)).isEmpty();
    assertThat(raised(rule, "scoresGradientNorm", Map.of(), joined(converged, constant(10.1, 2))))
        .containsExactly(converged.length + 1);
  }

  @Test
  void gradientsThatWereNoneHaveNoScale() {
    AlarmRule.Factory rule = AlarmRules.explodingGradient(10, 2);
    double[] waking = joined(constant(0, 30), constant(1e-3, 30));
    assertThat(raised(rule, "gradientNorm.Wq", Map.of(), waking)).isEmpty();
    assertThat(raised(rule, "gradientNorm.Wq", Map.of(), joined(waking, constant(0.02, 2))))
        .containsExactly(61);
  }

  /** The scale is that of the head's largest gradient: a small one may wake. */
  @Test
  void aSmallGradientIsMeasuredByTheLargest() {
    AlarmRule.Factory rule = AlarmRules.explodingGradient(10, 2);
    double[] waking = joined(constant(1e-4, 9), constant(9.9, 3));
    assertThat(raised(rule, "gradientNorm.s", Map.of("gradientNorm.Wv", 1.0), waking)).isEmpty();
    assertThat(
            raised(
                rule,
                "gradientNorm.s",
                Map.of("gradientNorm.Wv", 1.0),
                joined(waking, constant(10.1, 3))))
        .containsExactly(13);
  }

  @Test
  void aLevelThatLastsIsTheNewScale() {
    AlarmRule.Factory rule = AlarmRules.explodingGradient(10, 2);
    // Checks 9 to 28 are unusual, then 50 is the scale.
    double[] levels = joined(constant(1, 9), constant(50, 30), constant(499, 5));
    assertThat(raised(rule, "gradientNorm.Wq", Map.of(), levels)).containsExactly(10);
    assertThat(raised(rule, "gradientNorm.Wq", Map.of(), joined(levels, constant(501, 2))))
        .containsExactly(10, 45);
    // One check less, and what follows is still measured by the scale of 1.
    double[] shorter = joined(constant(1, 9), constant(50, 19), constant(1, 1), constant(50, 2));
    assertThat(raised(rule, "gradientNorm.Wq", Map.of(), shorter)).containsExactly(10, 30);
  }

  @Test
  void recoveryIsAFifthBelowTheLimit() {
    AlarmRule.Factory rule = AlarmRules.explodingGradient(10, 1);
    double[] between = joined(constant(1, 9), new double[] {11, 8.1, 11});
    assertThat(raised(rule, "gradientNorm.Wq", Map.of(), between)).containsExactly(9);
    double[] below = joined(constant(1, 9), new double[] {11, 7.9, 11});
    assertThat(raised(rule, "gradientNorm.Wq", Map.of(), below)).containsExactly(9, 11);
    AlarmRule.Factory cold = AlarmRules.coldSoftmax(0.1, 1);
    assertThat(raised(cold, "temperature", Map.of(), 0.09, 0.119, 0.09)).containsExactly(0);
    assertThat(raised(cold, "temperature", Map.of(), 0.09, 0.121, 0.09)).containsExactly(0, 2);
    AlarmRule.Factory saturated = AlarmRules.saturatedHead(0.70, 0.85, 1);
    assertThat(raised(saturated, "separableShare", Map.of(), 0.7, 0.879, 0.7)).containsExactly(0);
    assertThat(raised(saturated, "separableShare", Map.of(), 0.7, 0.881, 0.7))
        .containsExactly(0, 2);
    AlarmRule.Factory vanishing = AlarmRules.vanishingAttention(2, 1);
    Map<String, Double> keys = Map.of("visibleKeys", 16.0);
    assertThat(raised(vanishing, "largestOverUniform", keys, 1.9, 2.39, 1.9)).containsExactly(0);
    assertThat(raised(vanishing, "largestOverUniform", keys, 1.9, 2.41, 1.9)).containsExactly(0, 2);
    assertThat(raised(vanishing, "largestOverUniform", Map.of("visibleKeys", 15.9), 1.9)).isEmpty();
  }

  @Test
  void entropyIsMeasuredByAMedianThatAdapts() {
    AlarmRule.Factory rule = AlarmRules.entropyCollapse(0.05, 0.5, 2);
    // 0.09 is below half of 0.8 and below twice the floor; after 20 checks it is usual.
    double[] lower = joined(constant(0.8, 10), constant(0.09, 40));
    assertThat(raised(rule, "normalizedEntropy", Map.of(), lower)).containsExactly(11);
    // Then it is no fault, so that the floor alone can raise again.
    assertThat(raised(rule, "normalizedEntropy", Map.of(), joined(lower, constant(0.049, 2))))
        .containsExactly(11, 51);
    // Recovered: 0.061 is above the floor by a fifth and above 0.6 of the median 0.09.
    assertThat(
            raised(
                rule,
                "normalizedEntropy",
                Map.of(),
                joined(constant(0.09, 10), new double[] {0.04, 0.04, 0.061, 0.04, 0.04})))
        .containsExactly(11, 14);
    assertThat(
            raised(
                rule,
                "normalizedEntropy",
                Map.of(),
                joined(constant(0.09, 10), new double[] {0.04, 0.04, 0.059, 0.04, 0.04})))
        .containsExactly(11);
  }

  @Test
  void coldAndNotFinite() {
    assertThat(raised(AlarmRules.coldSoftmax(0.1, 1), "temperature", Map.of(), 0.2, 0.11, 0.09))
        .containsExactly(2);
    AlarmRule rule = AlarmRules.notFinite().create();
    assertThat(rule.check(new MetricRecord(0, 0, "a", 0, Map.of("nonFinite", 0.0)))).isEmpty();
    assertThat(rule.check(new MetricRecord(1, 0, "a", 0, Map.of("nonFinite", 3.0)))).isPresent();
  }

  @Test
  void absentMetricsRaiseNothing() {
    for (AlarmRule.Factory factory : AlarmRules.all()) {
      assertThat(factory.create().check(new MetricRecord(0, 0, "a", 0, Map.of()))).isEmpty();
    }
  }

  private static MultiLayerNetwork monitored(List<Alarm> alarms) {
    MultiLayerNetwork network =
        TestNetworks.of(
                new SelfAttentionLayer.Builder().nOut(14).nHeads(2).projectInput(true).build())
            .learningRate(0.02)
            .perturbed(0.3)
            .network(DataType.DOUBLE);
    network.setListeners(
        AttentionMonitor.builder()
            .every(1)
            .tier(Tier.FULL)
            .topN(2)
            .alarms(AlarmRules.all())
            .onAlarm(alarms::add)
            .build());
    return network;
  }

  private static void fit(MultiLayerNetwork network, int iterations) {
    for (int i = 0; i < iterations; i++) {
      network.fit(Sequences.batch(DataType.DOUBLE, false));
    }
  }

  @Test
  void healthyTrainingIsSilent() {
    List<Alarm> alarms = new ArrayList<>();
    MultiLayerNetwork network = monitored(alarms);
    double before = network.score(Sequences.batch(DataType.DOUBLE, false));
    fit(network, 150);
    assertThat(network.score(Sequences.batch(DataType.DOUBLE, false))).isLessThan(0.9 * before);
    assertThat(alarms).isEmpty();
  }

  @Test
  void injectedFaultsAreFound() {
    List<Alarm> alarms = new ArrayList<>();
    MultiLayerNetwork network = monitored(alarms);
    fit(network, 10);
    assertThat(alarms).isEmpty();
    network.getParam("0_Wq").muli(300);
    fit(network, 3);
    assertThat(alarms).extracting(Alarm::rule).contains("logit-blow-up", "entropy-collapse");
    alarms.clear();
    INDArray keys = network.getParam("0_Wk");
    keys.putScalar(1, 2, 3, Double.NaN);
    fit(network, 1);
    assertThat(alarms)
        .anySatisfy(
            alarm -> {
              assertThat(alarm.rule()).isEqualTo("not-finite");
              assertThat(alarm.heads()).contains(1);
            });
  }

  @Test
  void explodingOutputIsFound() {
    List<Alarm> alarms = new ArrayList<>();
    MultiLayerNetwork network = monitored(alarms);
    fit(network, 10);
    network.getParam("0_Wo").muli(100);
    fit(network, 3);
    assertThat(alarms).extracting(Alarm::rule).contains("exploding-gradient");
  }

  private static Optional<Alarm> check(AlarmRule rule, String metric, double value) {
    return rule.check(new MetricRecord(7, 0, "att", 2, Map.of(metric, value)));
  }

  @Test
  void aThresholdRuleOfOnesOwn() {
    AlarmRule above =
        AlarmRules.above("steep", "gradientNorm.W%q", 10, 2, "try a lower learning rate").create();
    assertThat(check(above, "gradientNorm.W%q", 10.5)).isEmpty();
    assertThat(check(above, "gradientNorm.Wk", 99)).isEmpty();
    assertThat(check(above, "gradientNorm.W%q", 12))
        .contains(
            new Alarm(
                "steep",
                7,
                "att",
                2,
                "gradientNorm.W%q",
                12,
                "gradientNorm.W%q is 12.00, above 10.00, for 2 scheduled iterations",
                "try a lower learning rate"));
    assertThat(above.isRaised()).isTrue();
    check(above, "gradientNorm.W%q", 8.1);
    assertThat(above.isRaised()).isTrue();
    check(above, "gradientNorm.W%q", 8);
    assertThat(above.isRaised()).isFalse();
    AlarmRule below = AlarmRules.below("flat", "rowMass", 0.5, 1, "try softmax").create();
    assertThat(check(below, "rowMass", 0.5)).isEmpty();
    assertThat(check(below, "rowMass", 0.25))
        .map(Alarm::cause)
        .contains("rowMass is 0.2500, below 0.5000");
  }

  /** Recovery is on the good side of a limit below zero, too. */
  @Test
  void aLimitBelowZero() {
    AlarmRule above = AlarmRules.above("high", "logSumExp", -10, 1, "try again").create();
    assertThat(check(above, "logSumExp", -9)).isPresent();
    check(above, "logSumExp", -11);
    assertThat(above.isRaised()).isTrue();
    check(above, "logSumExp", -12);
    assertThat(above.isRaised()).isFalse();
    AlarmRule below = AlarmRules.below("low", "logSumExp", -10, 1, "try again").create();
    assertThat(check(below, "logSumExp", -11)).isPresent();
    check(below, "logSumExp", -9);
    assertThat(below.isRaised()).isTrue();
    check(below, "logSumExp", -8);
    assertThat(below.isRaised()).isFalse();
  }

  @Test
  void aMisspeltMetricFailsWhenTheRuleIsBuilt() {
    assertThatThrownBy(() -> AlarmRules.above("one-key", "largestWieght", 0.9, 5, "try entmax"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "Alarm rule 'one-key': there is no metric 'largestWieght'; similar names are"
                + " largestWeight, ");
    assertThatThrownBy(() -> AlarmRules.below("dead", "gradientNrm.Wq", 1e-9, 5, "warm up"))
        .hasMessageStartingWith(
            "Alarm rule 'dead': there is no metric 'gradientNrm.Wq'; similar names are"
                + " gradientNorm.Wq, ");
    assertThatThrownBy(() -> AlarmRules.above("r", "entropy", Double.NaN, 5, "none"))
        .hasMessage("Alarm rule 'r': the limit is NaN but must be a number.");
    assertThatThrownBy(() -> AlarmRules.below("r", "entropy", 1, 0, "none"))
        .hasMessage("Alarm rule 'r': the duration is 0 but must be at least 1.");
  }
}
