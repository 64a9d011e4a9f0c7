package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.reporters.History;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** What a monitored training reports of all heads. */
class AggregatesTest {
  private static SelfAttentionLayer layer(String name, int heads) {
    return new SelfAttentionLayer.Builder()
        .name(name)
        .nOut(12)
        .nHeads(heads)
        .projectInput(true)
        .build();
  }

  private static MultiLayerNetwork network() {
    return TestNetworks.of(layer("first", 2), layer("second", 3))
        .learningRate(0.1)
        .perturbed(0.3)
        .network(DataType.DOUBLE);
  }

  @Test
  void ofEachLayerAndOfTheNetwork() {
    History history = Reporters.history(99);
    MultiLayerNetwork network = network();
    network.setListeners(new Spy().monitor(history).every(2).build());
    for (int i = 0; i < 3; i++) {
      network.fit(Sequences.batch(DataType.DOUBLE, true));
    }
    assertThat(history.aggregates()).hasSize(2 * 3);
    for (int iteration : new int[] {0, 2}) {
      double[] first = values(history, "first", 2, iteration);
      double[] second = values(history, "second", 3, iteration);
      check(history, "first", iteration, first);
      check(history, "second", iteration, second);
      check(
          history,
          null,
          iteration,
          DoubleStream.concat(DoubleStream.of(first), DoubleStream.of(second)).toArray());
    }
    assertThat(history.aggregates()).allMatch(each -> each.split() == null);
    assertThat(history.aggregates().get(0).metrics())
        .containsKeys("maxLogit", "sinkRate", "deadShare", "normalizedEntropyMean")
        .doesNotContainKey("headsInAlarm"); // there are no rules
  }

  private static double[] values(History history, String layer, int heads, int iteration) {
    double[] values = new double[heads];
    for (int head = 0; head < heads; head++) {
      values[head] = history.values(layer, head, "entropy").get(iteration);
    }
    return values;
  }

  private static void check(History history, String layer, int iteration, double[] expected) {
    double sum = 0;
    double least = Double.POSITIVE_INFINITY;
    double greatest = 0;
    for (double value : expected) {
      sum += value;
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    assertThat(history.aggregateValues(layer, "entropyMean", null).get(iteration))
        .isCloseTo(sum / expected.length, within(1e-12));
    assertThat(history.aggregateValues(layer, "entropyMin", null).get(iteration)).isEqualTo(least);
    assertThat(history.aggregateValues(layer, "entropyMax", null).get(iteration))
        .isEqualTo(greatest);
  }

  /** A reporter gets records, alarms and aggregate of each layer, then that of the network. */
  @Test
  void orderAndHeadsInAlarm() {
    List<String> calls = new ArrayList<>();
    List<Map<String, Double>> aggregates = new ArrayList<>();
    Reporter reporter =
        new Reporter() {
          @Override
          public void report(List<MetricRecord> records) {
            calls.add("records " + records.get(0).layer());
          }

          @Override
          public void alarm(Alarm alarm) {
            calls.add("alarm " + alarm.layer());
          }

          @Override
          public void reportAggregate(AggregateRecord aggregate) {
            calls.add("aggregate " + aggregate.layer());
            aggregates.add(aggregate.metrics());
          }
        };
    MultiLayerNetwork network = network();
    network.setListeners(
        AttentionMonitor.builder()
            .every(1)
            .reportTo(reporter)
            .alarms(List.of(AlarmRules.above("any", "entropy", 0, 1, "nothing")))
            .build());
    network.fit(Sequences.batch(DataType.DOUBLE, true));
    assertThat(calls)
        .containsExactly(
            "records first",
            "alarm first",
            "aggregate first",
            "records second",
            "alarm second",
            "aggregate second",
            "aggregate null");
    assertThat(aggregates)
        .extracting(metrics -> metrics.get("headsInAlarm"))
        .containsExactly(2.0, 3.0, 5.0);
  }
}
