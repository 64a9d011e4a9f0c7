package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.alarms.AlarmRule;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.alarms.AlarmTerminationCondition;
import org.attention4j.monitor.alarms.AttentionAlarmException;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.workspace.WorkspaceUtils;

/**
 * Every rule in a small training that works: at each of 23 steps the network has to name the class
 * that stands in the one marked step. In turn with an injected fault, which the rule has to find,
 * and without, where it has to be silent.
 */
final class AlarmTrainingTest {
  private static final int EXAMPLES = 5;
  private static final int STEPS = 23;
  private static final int CLASSES = 3;
  private static final int FEATURES = 7;
  private static final int HEALTHY = 180;

  private final List<Alarm> alarms = new ArrayList<>();

  private MultiLayerNetwork network(SelfAttentionLayer.Builder layer) {
    MultiLayerNetwork network =
        TestNetworks.of(layer.name("att").nOut(14).nHeads(2).projectInput(true).build())
            .seed(29)
            .updater(new Adam(0.01))
            .inputSizes(FEATURES)
            .output(TestNetworks.classifier(CLASSES))
            .network(DataType.FLOAT);
    network.setListeners(monitor().build());
    return network;
  }

  private MonitorBuilder monitor() {
    return AttentionMonitor.builder()
        .every(1)
        .tier(Tier.FULL)
        .alarms(AlarmRules.all())
        .onAlarm(alarms::add);
  }

  private static SelfAttentionLayer.Builder layer() {
    return new SelfAttentionLayer.Builder();
  }

  private static DataSet data(int iteration) {
    Random random = new Random(iteration);
    double[][][] inputs = new double[EXAMPLES][FEATURES][STEPS];
    double[][][] labels = new double[EXAMPLES][CLASSES][STEPS];
    for (int example = 0; example < EXAMPLES; example++) {
      int marked = random.nextInt(STEPS);
      int named = random.nextInt(CLASSES);
      for (int step = 0; step < STEPS; step++) {
        for (int feature = 0; feature < FEATURES; feature++) {
          inputs[example][feature][step] = 0.5 * random.nextGaussian();
        }
        labels[example][named][step] = 1;
      }
      inputs[example][0][marked] = 3;
      inputs[example][1 + named][marked] = 3;
    }
    return new DataSet(
        Nd4j.createFromArray(inputs).castTo(DataType.FLOAT),
        Nd4j.createFromArray(labels).castTo(DataType.FLOAT));
  }

  private static void train(MultiLayerNetwork network, int from, int iterations) {
    for (int i = from; i < from + iterations; i++) {
      network.fit(data(i));
    }
  }

  /** Trains in health, then with a fault, and says which rules were silent and then found it. */
  private void breaks(
      SelfAttentionLayer.Builder layer,
      Consumer<MultiLayerNetwork> fault,
      int iterations,
      String rule) {
    MultiLayerNetwork network = network(layer);
    train(network, 0, 30);
    assertThat(alarms).isEmpty();
    fault.accept(network);
    train(network, 30, iterations);
    assertThat(alarms)
        .anySatisfy(
            alarm -> {
              assertThat(alarm.rule()).isEqualTo(rule);
              assertThat(alarm.layer()).isEqualTo("att");
              assertThat(alarm.iteration()).isGreaterThanOrEqualTo(30);
              assertThat(alarm.message())
                  .startsWith("head")
                  .contains(" of layer att: ")
                  .contains("try ");
            });
  }

  @Test
  void healthyTrainingIsSilentToTheEnd() {
    MultiLayerNetwork network = network(layer());
    network.setListeners(monitor().every(2).build());
    double before = network.score(data(1000));
    train(network, 0, HEALTHY);
    assertThat(network.score(data(1000))).isLessThan(0.5 * before);
    assertThat(alarms).isEmpty();
  }

  @Test
  void entropyCollapseAndLogitBlowUp() {
    breaks(layer(), network -> network.getParam("0_Wq").muli(2000), 3, "logit-blow-up");
    assertThat(alarms)
        .anySatisfy(
            alarm -> {
              assertThat(alarm.rule()).isEqualTo("entropy-collapse");
              assertThat(alarm.cause()).contains("of the largest possible, after 0.");
            });
  }

  @Test
  void vanishingAttention() {
    MultiLayerNetwork network = network(layer());
    train(network, 0, 30);
    assertThat(alarms).isEmpty();
    for (int i = 30; i < 55; i++) {
      network.getParam("0_Wq").muli(1e-3); // training would make it grow again
      network.fit(data(i));
    }
    assertThat(alarms).extracting(Alarm::rule).contains("vanishing-attention");
  }

  @Test
  void saturatedHead() {
    // Tokens that point two opposite ways and weigh nearly the same: their sum is near none.
    MultiLayerNetwork network = network(layer());
    train(network, 0, 30);
    assertThat(alarms).isEmpty();
    for (int i = 30; i < 60; i++) {
      network.getParam("0_Wq").muli(1e-3);
      DataSet data = data(i);
      INDArray inputs = data.getFeatures();
      for (int step = 0; step < STEPS; step++) {
        inputs
            .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(step))
            .assign(step % 2 == 0 ? 1 : -1);
      }
      network.fit(data);
    }
    assertThat(alarms).extracting(Alarm::rule).contains("saturated-head");
  }

  @Test
  void coldSoftmax() {
    breaks(
        layer().normalizer(Normalizers.softmaxWithLearnableTemperature(1)),
        network -> network.getParam("0_logTemperature").putScalar(1, Math.log(0.05)),
        1,
        "cold-softmax");
    assertThat(alarms)
        .filteredOn(alarm -> alarm.rule().equals("cold-softmax"))
        .flatExtracting(Alarm::heads)
        .containsOnly(1);
  }

  @Test
  void explodingGradient() {
    breaks(layer(), network -> network.getParam("1_W").muli(300), 3, "exploding-gradient");
  }

  @Test
  void notFinite() {
    breaks(
        layer(),
        network -> network.getParam("0_Wk").putScalar(1, 2, 3, Double.NaN),
        1,
        "not-finite");
    assertThat(alarms)
        .filteredOn(alarm -> alarm.rule().equals("not-finite"))
        .flatExtracting(Alarm::heads)
        .contains(1);
  }

  @Test
  void stoppingLeavesAWholeNetwork() {
    MultiLayerNetwork network = network(layer().constrainWeights(new MaxNormConstraint(0.5, 1)));
    network.setListeners(
        monitor().stopOnAlarm(alarm -> alarm.rule().equals("logit-blow-up")).build());
    train(network, 0, 2);
    network.getParam("0_Wq").muli(1e5);
    DataSetIterator rest =
        new ExistingDataSetIterator(List.of(data(2), data(3), data(4)).iterator());
    assertThatThrownBy(() -> network.fit(rest))
        .isInstanceOf(AttentionAlarmException.class)
        .satisfies(
            stopped ->
                assertThat(((AttentionAlarmException) stopped).alarm().rule())
                    .isEqualTo("logit-blow-up"));
    assertThat(network.getIterationCount()).isEqualTo(3);
    INDArray queries = network.getParam("0_Wq");
    assertThat(queries.norm2(1).maxNumber().doubleValue()).isLessThan(0.501);
    WorkspaceUtils.assertNoWorkspacesOpen("after an alarm");
    network.setListeners();
    train(network, 3, 3);
    assertThat(network.getIterationCount()).isEqualTo(6);
  }

  @Test
  void earlyStoppingEndsAtAnAlarm() {
    AlarmTerminationCondition untilAlarm = new AlarmTerminationCondition();
    MultiLayerNetwork network = network(layer().normalizer(Normalizers.softmax(0.05)));
    network.setListeners(monitor().atIterations(4).onAlarm(untilAlarm).build());
    EarlyStoppingResult<MultiLayerNetwork> result =
        new EarlyStoppingTrainer(
                new EarlyStoppingConfiguration.Builder<MultiLayerNetwork>()
                    .epochTerminationConditions(new MaxEpochsTerminationCondition(3))
                    .iterationTerminationConditions(untilAlarm)
                    .scoreCalculator(
                        new DataSetLossCalculator(
                            new ExistingDataSetIterator(List.of(data(3))), true))
                    .build(),
                network,
                new ExistingDataSetIterator(List.of(data(0), data(1), data(2))))
            .fit();
    assertThat(result.getTerminationReason())
        .isEqualTo(EarlyStoppingResult.TerminationReason.IterationTerminationCondition);
    assertThat(result.getTerminationDetails()).contains("AlarmTerminationCondition");
    // The second of the second epoch: Deeplearning4j has no best model before.
    assertThat(network.getIterationCount()).isEqualTo(5);
  }

  @Test
  void aFailingRuleOrActionIsSwitchedOffWithOneWarning() {
    MultiLayerNetwork network = network(layer().normalizer(Normalizers.softmax(0.05)));
    AlarmRule.Factory broken =
        () ->
            metricRecord -> {
              throw new IllegalStateException("meant to fail");
            };
    network.setListeners(
        monitor()
            .alarms(List.of(broken))
            .onAlarm(
                alarm -> {
                  throw new IllegalStateException("meant to fail");
                })
            .stopOnAlarm(
                alarm -> {
                  throw new IllegalStateException("meant to fail");
                })
            .build());
    try (LogCapture log = new LogCapture()) {
      train(network, 0, 3);
      assertThat(log.lines("Alarm rule ")).isEqualTo(1);
      assertThat(log.lines("Alarm action ")).isEqualTo(1);
      assertThat(log.lines("The choice of alarms that stop training failed")).isEqualTo(1);
    }
    assertThat(alarms).extracting(Alarm::heads).containsExactly(List.of(0, 1));
  }
}
