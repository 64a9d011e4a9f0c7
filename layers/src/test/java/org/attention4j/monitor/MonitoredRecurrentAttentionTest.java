package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.attention4j.dl4j.Intermediates;
import org.attention4j.layers.RecurrentAttentionLayer;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.reporters.History;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/** Recurrent attention, whose steps attend one after the other, under the monitor. */
final class MonitoredRecurrentAttentionTest {
  private static final Offset<Double> TINY = within(1e-9);
  private final Spy spy = new Spy();
  private final History history = Reporters.history(10_000);

  private MonitorBuilder monitor() {
    return spy.monitor(history);
  }

  /** A mask with padding before, within and after. */
  private static DataSet gaps() {
    DataSet data = Sequences.batch(DataType.DOUBLE, true);
    data.getFeaturesMaskArray().putScalar(0, 0, 0).putScalar(0, 1, 0).putScalar(1, 4, 0);
    return data;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void recurrentAttention(boolean masked) {
    MultiLayerNetwork network =
        TestNetworks.of(
                new RecurrentAttentionLayer.Builder()
                    .name("rec")
                    .nOut(14)
                    .nHeads(2)
                    .causal(true)
                    .normalizer(Normalizers.softmaxWithLearnableTemperature(0.8))
                    .build())
            .learningRate(0.1)
            .perturbed(0.3)
            .network(DataType.DOUBLE);
    DataSet data = masked ? gaps() : Sequences.batch(DataType.DOUBLE, false);
    Map<String, INDArray> expected =
        Intermediates.of(
            network.getLayer(0),
            data.getFeatures(),
            data.getFeaturesMaskArray(),
            SelfAttentionLayer.SCORES,
            SelfAttentionLayer.WEIGHTS);
    double[] byTemperature = new double[2];
    network.setListeners(
        monitor().build(),
        new org.deeplearning4j.optimize.api.BaseTrainingListener() {
          @Override
          public void onGradientCalculation(org.deeplearning4j.nn.api.Model model) {
            INDArray gradient = model.gradient().getGradientFor("0_logTemperature");
            byTemperature[0] = gradient.getDouble(0);
            byTemperature[1] = gradient.getDouble(1);
          }
        });
    network.fit(data);
    assertThat(spy.heads).hasSize(2);
    for (HeadProbe head : spy.heads) {
      // All steps but the first that counts attend.
      int steps = masked ? data.getFeaturesMaskArray().sumNumber().intValue() : 3 * Sizes.STEPS;
      assertThat(head.rows()).hasSize(steps - 3);
      double sum = 0;
      for (AttentionRow row : head.rows()) {
        assertThat(row.query()).isPositive();
        for (int i = 0; i < row.length(); i++) {
          int[] place = {row.example(), head.head(), row.query(), row.keys()[i]};
          assertThat(row.scores()[i])
              .isCloseTo(expected.get(SelfAttentionLayer.SCORES).getDouble(place), TINY);
          assertThat(row.weights()[i])
              .isCloseTo(expected.get(SelfAttentionLayer.WEIGHTS).getDouble(place), TINY);
          sum -= row.scoresGradient()[i] * row.scores()[i];
        }
      }
      // dL/d(log T) = -Σ dz z over all rows, which the backward pass gives independently.
      assertThat(byTemperature[head.head()]).isNotZero();
      assertThat(sum).isCloseTo(byTemperature[head.head()], TINY);
    }
    assertThat(history.latest("rec", 1).orElseThrow().metrics())
        .containsKeys("entropy", "scoresGradientNorm", "gradientNorm.Wq", "updateRatio.Wo");
  }

  @Test
  void oneStepOfRecurrentAttentionDoesNotEndTheWatch() {
    MultiLayerNetwork network =
        TestNetworks.of(new RecurrentAttentionLayer.Builder().name("rec").nOut(14).build())
            .learningRate(0.1)
            .perturbed(0.3)
            .network(DataType.FLOAT);
    network.setListeners(monitor().build());
    for (int steps : new int[] {5, 1, 5}) {
      network.fit(
          Sequences.input(DataType.FLOAT, 3, steps), Sequences.labels(DataType.FLOAT, 3, steps));
    }
    MetricRecord latest = history.latest("rec", 0).orElseThrow();
    assertThat(latest.iteration()).isEqualTo(2);
    assertThat(latest.metrics()).containsKeys("entropy", "scoresGradientNorm");
  }

  @Test
  void watchingRecurrentAttentionChangesNothing() {
    INDArray[] parameters = new INDArray[2];
    for (int i = 0; i < 2; i++) {
      MultiLayerNetwork network =
          TestNetworks.of(new RecurrentAttentionLayer.Builder().nOut(14).build())
              .learningRate(0.1)
              .perturbed(0.3)
              .network(DataType.DOUBLE);
      network.setListeners(i == 0 ? monitor().build() : monitor().atIterations(1_000_000).build());
      for (int iteration = 0; iteration < 3; iteration++) {
        network.fit(Sequences.batch(DataType.DOUBLE, true));
      }
      parameters[i] = network.params();
    }
    assertThat(parameters[0]).isEqualTo(parameters[1]);
  }

  /** With the same parameters the stock layer gives the monitor the same rows as ours. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void stockRecurrentAttention(boolean projected) {
    MultiLayerNetwork ours =
        TestNetworks.of(
                new RecurrentAttentionLayer.Builder()
                    .name("rec")
                    .nIn(Sizes.SIZE)
                    .nOut(projected ? 14 : Sizes.SIZE)
                    .nHeads(projected ? 2 : 1)
                    .projectInput(projected)
                    .build())
            .learningRate(0.1)
            .perturbed(0.3)
            .network(DataType.DOUBLE);
    MultiLayerNetwork stock =
        TestNetworks.of(
                new org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer.Builder()
                    .name("rec")
                    .nIn(Sizes.SIZE)
                    .nOut(projected ? 14 : Sizes.SIZE)
                    .nHeads(projected ? 2 : 1)
                    .projectInput(projected)
                    .build())
            .learningRate(0.1)
            .perturbed(0.3)
            .network(DataType.DOUBLE);
    stock.setParams(ours.params());
    DataSet data = Sequences.batch(DataType.DOUBLE, false);
    ours.setListeners(monitor().build());
    ours.fit(data);
    List<HeadProbe> expected = List.copyOf(spy.heads);
    spy.heads.clear();
    stock.setListeners(monitor().build());
    stock.fit(data);
    assertThat(spy.heads).hasSameSizeAs(expected).isNotEmpty();
    for (int head = 0; head < expected.size(); head++) {
      List<AttentionRow> rows = spy.heads.get(head).rows();
      assertThat(rows).hasSize(3 * (Sizes.STEPS - 1));
      for (int r = 0; r < rows.size(); r++) {
        assertThat(rows.get(r).weights())
            .containsExactly(expected.get(head).rows().get(r).weights(), TINY);
        assertThat(rows.get(r).scoresGradient()).isNull();
      }
    }
  }
}
