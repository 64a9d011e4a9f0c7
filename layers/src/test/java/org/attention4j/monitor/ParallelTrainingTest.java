package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.History;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;

/** A monitor on a network that ParallelWrapper trains. */
final class ParallelTrainingTest {
  private static final int ITERATIONS = 11;

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void eachScheduledIterationIsSeenOnce(int workers) throws Exception {
    History history = Reporters.history(10_000);
    MultiLayerNetwork network =
        TestNetworks.of(
                new SelfAttentionLayer.Builder()
                    .name("att")
                    .nOut(14)
                    .nHeads(2)
                    .projectInput(true)
                    .build())
            .learningRate(0.1)
            .perturbed(0.3)
            .network(DataType.FLOAT);
    network.setListeners(
        AttentionMonitor.builder()
            .every(2)
            .tier(Tier.FULL)
            .topN(3)
            .alarms(AlarmRules.all())
            .reportTo(history)
            .build());
    List<DataSet> batches = new ArrayList<>();
    for (int i = 0; i < workers * ITERATIONS; i++) {
      batches.add(Sequences.batch(DataType.FLOAT, false));
    }
    try (LogCapture log = new LogCapture();
        ParallelWrapper wrapper =
            new ParallelWrapper.Builder<>(network)
                .workers(workers)
                .averagingFrequency(1)
                .prefetchBuffer(0)
                .trainingMode(ParallelWrapper.TrainingMode.AVERAGING)
                .build()) {
      wrapper.fit(new ExistingDataSetIterator(batches));
      assertThat(log.lines("switched off")).isZero();
    }
    assertThat(history.records().stream().map(MetricRecord::iteration).distinct())
        .containsExactly(0, 2, 4, 6, 8, 10);
    assertThat(history.records()).hasSize(2 * 6);
    assertThat(history.records())
        .allSatisfy(
            head ->
                assertThat(head.metrics())
                    .containsKeys("scoresGradientNorm", "updateRatio.Wq", "separableShare")
                    .doesNotContainValue(Double.NaN));
  }
}
