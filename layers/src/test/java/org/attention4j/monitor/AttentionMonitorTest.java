package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.alarms.AlarmRule;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.alarms.AttentionAlarmException;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.metrics.Metric;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.History;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestLayers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

final class AttentionMonitorTest {
  private static final int ALL = 99;

  private final History history = Reporters.history(10_000);

  private static SelfAttentionLayer.Builder ours() {
    return new SelfAttentionLayer.Builder().name("att").nOut(14).nHeads(2).projectInput(true);
  }

  private static org.deeplearning4j.nn.conf.layers.SelfAttentionLayer stock() {
    return TestLayers.stockSelfAttention().name("att").build();
  }

  private MonitorBuilder monitor() {
    return AttentionMonitor.builder().every(1).examples(ALL).rows(ALL).topN(3).reportTo(history);
  }

  private static MultiLayerNetwork trained(
      AttentionMonitor monitor, int iterations, org.deeplearning4j.nn.conf.layers.Layer... layers) {
    MultiLayerNetwork network =
        TestNetworks.of(layers).learningRate(0.1).perturbed(0.3).network(DataType.DOUBLE);
    network.setListeners(monitor);
    for (int i = 0; i < iterations; i++) {
      network.fit(Sequences.batch(DataType.DOUBLE, true));
    }
    return network;
  }

  @Test
  void looksOnlyWhenDueAndChangesNothing() {
    MultiLayerNetwork watched =
        trained(monitor().every(3).tier(Tier.FULL).build(), 7, ours().build());
    MultiLayerNetwork alone = trained(monitor().every(1000).build(), 7, ours().build());
    assertThat(history.records().stream().map(MetricRecord::iteration).distinct())
        .containsExactly(0, 3, 6);
    assertThat(history.records()).hasSize(2 * 3 + 2);
    assertThat(watched.params()).isEqualTo(alone.params());
  }

  @Test
  void everyMetricOfTheFullTierIsThere() {
    trained(
        monitor().tier(Tier.FULL).build(),
        1,
        ours().normalizer(Normalizers.softmaxWithLearnableTemperature(0.7)).build());
    for (MetricRecord head : history.records()) {
      assertThat(head.layer()).isEqualTo("att");
      assertThat(head.metrics())
          .containsOnlyKeys(
              "entropy",
              "effectiveTokens",
              "normalizedEntropy",
              "support",
              "rowMass",
              "largestWeight",
              "largestOverUniform",
              "topCount",
              "topMass",
              "sinkMass",
              "visibleKeys",
              "sinkRate",
              "topKeyMass",
              "topKeyPosition",
              "attentionDistance",
              "diagonalMass",
              "previousMass",
              "headCorrelation",
              "logSumExp",
              "temperature",
              "maxLogit",
              "normalizer.temperature",
              "scoresGradientNorm",
              "gradientNorm.Wk",
              "gradientNorm.Wo",
              "gradientNorm.Wq",
              "gradientNorm.Wv",
              "gradientNorm.logTemperature",
              "updateRatio.Wk",
              "updateRatio.Wo",
              "updateRatio.Wq",
              "updateRatio.Wv",
              "updateRatio.logTemperature",
              "nanCount",
              "infiniteCount",
              "nonFinite",
              "distance",
              "distanceBound",
              "separableShare",
              "separationRadius",
              "queryRms",
              "keyRms",
              "valueRms",
              "headOutputRms",
              "selectionRecall",
              "selectedContribution",
              "jacobianSpectral",
              "jacobianFrobenius",
              "jacobianBound",
              "jacobianEntryBound");
      Map<String, Double> metrics = head.metrics();
      double temperature = metrics.get("normalizer.temperature");
      assertThat(metrics.get("temperature")).isCloseTo(temperature, within(1e-9));
      assertThat(metrics.get("jacobianBound")).isCloseTo(0.5 / temperature, within(1e-9));
      assertThat(metrics.get("jacobianSpectral")).isLessThan(metrics.get("jacobianBound"));
      assertThat(metrics.get("distance")).isLessThanOrEqualTo(metrics.get("distanceBound"));
      assertThat(metrics.get("rowMass")).isCloseTo(1, within(1e-9));
      assertThat(metrics.get("nonFinite")).isZero();
    }
  }

  /**
   * Plain gradient descent: the update is the learning rate times the gradient of the mean loss.
   */
  @Test
  void updateRatioIsThatOfTheUpdate() {
    MultiLayerNetwork network =
        TestNetworks.of(ours().build()).learningRate(0.1).perturbed(0.3).network(DataType.DOUBLE);
    INDArray before = network.getParam("0_Wq").dup();
    network.setListeners(monitor().build());
    network.fit(Sequences.batch(DataType.DOUBLE, true));
    INDArray moved = network.getParam("0_Wq").sub(before);
    for (int head = 0; head < 2; head++) {
      double ratio = norm(moved, head) / norm(before, head);
      Map<String, Double> metrics = history.records().get(head).metrics();
      assertThat(metrics.get("updateRatio.Wq")).isCloseTo(ratio, within(1e-9));
      assertThat(metrics.get("gradientNorm.Wq"))
          .isCloseTo(norm(moved, head) / 0.1 * Sizes.EXAMPLES, within(1e-9));
    }
  }

  private static double norm(INDArray array, int head) {
    return array.tensorAlongDimension(head, 1, 2).norm2Number().doubleValue();
  }

  @Test
  void stockLayersShowTheSameButForScoreGradients() {
    MultiLayerNetwork network =
        TestNetworks.of(ours().build()).learningRate(0.1).perturbed(0.3).network(DataType.DOUBLE);
    MultiLayerNetwork stockNetwork =
        TestNetworks.of(stock()).learningRate(0.1).perturbed(0.3).network(DataType.DOUBLE);
    stockNetwork.setParams(network.params());
    History ofStock = Reporters.history(100);
    network.setListeners(monitor().tier(Tier.FULL).build());
    stockNetwork.setListeners(
        AttentionMonitor.builder()
            .every(1)
            .examples(ALL)
            .rows(ALL)
            .topN(3)
            .tier(Tier.FULL)
            .reportTo(ofStock)
            .build());
    network.fit(Sequences.batch(DataType.DOUBLE, true));
    stockNetwork.fit(Sequences.batch(DataType.DOUBLE, true));
    assertThat(ofStock.records()).hasSize(2);
    for (int head = 0; head < 2; head++) {
      Map<String, Double> expected = history.records().get(head).metrics();
      Map<String, Double> actual = ofStock.records().get(head).metrics();
      assertThat(actual).doesNotContainKey("scoresGradientNorm");
      actual.forEach(
          (name, value) -> {
            // The stock layer's gradients are twice what they should be.
            double factor = name.startsWith("gradient") || name.startsWith("update") ? 2 : 1;
            assertThat(value).as(name).isCloseTo(factor * expected.get(name), within(1e-6));
          });
    }
  }

  @Test
  void oneExampleOneStep() {
    MultiLayerNetwork network =
        TestNetworks.of(ours().build(), stock())
            .learningRate(0.1)
            .perturbed(0.3)
            .network(DataType.FLOAT);
    network.setListeners(monitor().tier(Tier.FULL).build());
    network.fit(Sequences.input(DataType.FLOAT, 1, 1), Sequences.labels(DataType.FLOAT, 1, 1));
    assertThat(history.records()).hasSize(4);
    assertThat(history.records())
        .allSatisfy(head -> assertThat(head.metrics().get("largestWeight")).isEqualTo(1));
  }

  @Test
  void frozenLayersAreWatchedWithoutGradients() {
    trained(monitor().build(), 1, new FrozenLayer(ours().build()));
    assertThat(history.records()).hasSize(2);
    assertThat(history.records())
        .allSatisfy(
            head ->
                assertThat(head.metrics())
                    .containsKey("entropy")
                    .doesNotContainKeys("scoresGradientNorm", "gradientNorm.Wq"));
  }

  private static ComputationGraph crossAttention(GraphVertex vertex) {
    return TestNetworks.of(vertex, 0, 1, 1).learningRate(0.1).graph(DataType.DOUBLE);
  }

  @Test
  void vertices() {
    Nd4j.getRandom().setSeed(5);
    INDArray queries = Nd4j.randn(DataType.DOUBLE, 3, 5, 11);
    INDArray keys = Nd4j.randn(DataType.DOUBLE, 3, 7, 13);
    INDArray[] masks = {
      Sequences.mask(DataType.DOUBLE, 3, 11), Sequences.mask(DataType.DOUBLE, 3, 13)
    };
    MultiDataSet data =
        new MultiDataSet(
            new INDArray[] {queries, keys},
            new INDArray[] {Sequences.labels(DataType.DOUBLE, 3, 11)},
            masks,
            new INDArray[] {masks[0]});
    Spy spy = new Spy();
    ComputationGraph graph = crossAttention(TestLayers.vertex(0, 1, 1));
    graph.setListeners(monitor().metric(spy).build());
    graph.fit(data);
    assertThat(spy.heads).hasSize(2);
    for (HeadProbe head : spy.heads) {
      assertThat(head.layer()).isEqualTo("attention");
      assertThat(head.rows()).hasSize(masks[0].sumNumber().intValue());
      for (AttentionRow row : head.rows()) {
        assertThat(row.length()).isEqualTo(masks[1].getRow(row.example()).sumNumber().intValue());
        assertThat(row.scoresGradient()).hasSize(row.length());
      }
    }
    ComputationGraph ofStock =
        crossAttention(
            new org.deeplearning4j.nn.conf.graph.AttentionVertex.Builder()
                .nInQueries(5)
                .nInKeys(7)
                .nInValues(7)
                .nOut(14)
                .nHeads(2)
                .projectInput(true)
                .build());
    Spy stockSpy = new Spy();
    ofStock.setParams(graph.params());
    ofStock.setListeners(monitor().metric(stockSpy).build());
    ofStock.fit(data);
    assertThat(stockSpy.heads).hasSize(2);
    assertThat(stockSpy.heads)
        .allSatisfy(
            head ->
                assertThat(head.rows())
                    .hasSize(masks[0].sumNumber().intValue())
                    .allMatch(row -> row.length() == visibleKeys(masks[1], row))
                    .noneMatch(AttentionMonitorTest::hasGradient));
  }

  private static int visibleKeys(INDArray mask, AttentionRow row) {
    return mask.getRow(row.example()).sumNumber().intValue();
  }

  private static boolean hasGradient(AttentionRow row) {
    return row.scoresGradient() != null;
  }

  /** As under ParallelWrapper, which hands the listeners of a network to all its copies. */
  @Test
  void copiesThatTrainSideBySideShareAMonitor() throws Exception {
    AttentionMonitor monitor = monitor().build();
    MultiLayerNetwork network =
        TestNetworks.of(ours().build()).learningRate(0.1).perturbed(0.3).network(DataType.FLOAT);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    List<Future<?>> workers = new ArrayList<>();
    for (int worker = 0; worker < 2; worker++) {
      MultiLayerNetwork copy = network.clone();
      copy.setListeners(monitor);
      DataSet data = Sequences.batch(DataType.FLOAT, false);
      workers.add(
          threads.submit(
              () -> {
                for (int i = 0; i < 10; i++) {
                  copy.fit(data);
                }
              }));
    }
    for (Future<?> worker : workers) {
      worker.get();
    }
    threads.shutdown();
    assertThat(history.records().stream().map(MetricRecord::iteration).distinct()).hasSize(10);
    assertThat(history.records()).hasSize(2 * 10);
    assertThat(history.records())
        .allSatisfy(
            head ->
                assertThat(head.metrics())
                    .containsKeys("scoresGradientNorm", "updateRatio.Wq")
                    .doesNotContainValue(Double.NaN));
  }

  @Test
  void whatFailsIsSwitchedOffAndTrainingGoesOn() {
    int[] calls = new int[2];
    Metric broken =
        head -> {
          calls[0]++;
          throw new IllegalStateException("metric");
        };
    AlarmRule.Factory brokenRule =
        () ->
            metricRecord -> {
              calls[1]++;
              throw new IllegalStateException("rule");
            };
    assertThatCode(
            () ->
                trained(
                    monitor().metric(broken).alarms(List.of(brokenRule)).build(),
                    3,
                    ours().build()))
        .doesNotThrowAnyException();
    assertThat(calls).containsExactly(1, 1);
    assertThat(history.records()).hasSize(6);
  }

  @Test
  void anAlarmStopsTrainingAfterACompleteIteration() {
    List<Alarm> called = new ArrayList<>();
    AttentionMonitor monitor =
        monitor().alarms(AlarmRules.all()).onAlarm(called::add).stopOnAlarm().build();
    MultiLayerNetwork network =
        TestNetworks.of(ours().normalizer(Normalizers.softmax(0.05)).build())
            .learningRate(0.1)
            .perturbed(0.3)
            .network(DataType.DOUBLE);
    INDArray before = network.params().dup();
    network.setListeners(monitor);
    assertThatThrownBy(() -> network.fit(Sequences.batch(DataType.DOUBLE, false)))
        .isInstanceOf(AttentionAlarmException.class)
        .hasMessageContaining("heads 0, 1 of layer att: at head 0 the temperature is 0.0500; try");
    assertThat(called).extracting(Alarm::rule).containsOnly("cold-softmax");
    assertThat(network.params()).isNotEqualTo(before);
    assertThat(history.records()).hasSize(2);
  }

  @Test
  void impossibleOptions() {
    assertThatThrownBy(() -> AttentionMonitor.builder().examples(0).build())
        .hasMessage("AttentionMonitor: examples is 0 but must be at least 1.");
    assertThatThrownBy(() -> AttentionMonitor.builder().rows(-1).build())
        .hasMessage("AttentionMonitor: rows is -1 but must be at least 1.");
    assertThatThrownBy(() -> AttentionMonitor.builder().topN(0))
        .hasMessage("AttentionMonitor: topN is 0 but must be at least 1.");
    assertThatThrownBy(() -> AttentionMonitor.builder().topFraction(1))
        .hasMessage("AttentionMonitor: topFraction is 1.0 but must be above 0 and below 1.");
  }
}
