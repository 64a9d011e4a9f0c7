package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.attention4j.layers.BlockNetworks;
import org.attention4j.monitor.metrics.MetricNames;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.History;
import org.attention4j.monitor.reporters.Reporters;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** A block shows what its attention shows as a layer of its own. */
final class MonitoredTransformerBlockTest {
  private static final int HEADS = 2;

  @ParameterizedTest
  @EnumSource(BlockNetworks.Kind.class)
  void everyMetricOfEveryHead(BlockNetworks.Kind kind) {
    Nd4j.getRandom().setSeed(61);
    ComputationGraph block = BlockNetworks.asBlock(BlockNetworks.block(kind), DataType.DOUBLE);
    ComputationGraph layers = BlockNetworks.asLayers(kind, DataType.DOUBLE);
    BlockNetworks.copy(block.paramTable(), layers.paramTable());
    DataSet data = BlockNetworks.data(DataType.DOUBLE, true);
    History ofBlock = watched(block, data);
    History ofLayers = watched(layers, data);
    assertThat(ofBlock.layers()).containsExactly("block");
    for (int head = 0; head < HEADS; head++) {
      Map<String, Double> expected = ofLayers.latest("attention", head).orElseThrow().metrics();
      Map<String, Double> actual = ofBlock.latest("block", head).orElseThrow().metrics();
      assertThat(actual).containsOnlyKeys(expected.keySet());
      assertThat(actual).containsKeys(MetricNames.SCORES_GRADIENT_NORM, MetricNames.DISTANCE);
      expected.forEach(
          (name, value) ->
              assertThat(actual.get(name))
                  .as(name)
                  .isCloseTo(value, within(1e-9 * Math.max(1, Math.abs(value)))));
    }
  }

  private static History watched(ComputationGraph network, DataSet data) {
    History history = Reporters.history(7);
    network.setListeners(
        AttentionMonitor.builder()
            .every(1)
            .examples(9)
            .rows(99)
            .topN(3)
            .tier(Tier.FULL)
            .reportTo(history)
            .build());
    network.fit(data);
    return history;
  }
}
