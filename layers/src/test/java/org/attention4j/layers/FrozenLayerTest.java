package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attention4j.layers.LayerPass.distance;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.STEPS;

import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A frozen layer that passes gradients on runs forward as in inference, and backward all the same.
 */
class FrozenLayerTest {
  static Stream<Normalizer> normalizers() {
    return Stream.of(
        Normalizers.softmax(),
        Normalizers.softmaxWithLearnableTemperature(0.7),
        Normalizers.topK(2),
        Normalizers.entmaxWithLearnableAlpha(1.6));
  }

  private static SelfAttentionLayer.Builder attention(Execution execution, Normalizer normalizer) {
    return new SelfAttentionLayer.Builder()
        .nOut(OUT)
        .nHeads(2)
        .projectInput(true)
        .normalizer(normalizer)
        .execution(execution);
  }

  private static MultiLayerNetwork trained(SelfAttentionLayer frozenLayer, DataSet data) {
    MultiLayerNetwork network =
        TestNetworks.of(
                attention(Execution.GRAPH, Normalizers.softmax()).build(),
                new FrozenLayerWithBackprop(frozenLayer))
            .learningRate(0.5)
            .network(DataType.FLOAT);
    INDArray front = network.getLayer(0).params().dup();
    INDArray frozen = network.getLayer(1).params().dup();
    network.fit(data);
    assertThat(network.getLayer(1).params()).isEqualTo(frozen);
    assertThat(distance(network.getLayer(0).params(), front)).isGreaterThan(1e-4);
    return network;
  }

  private static DataSet data() {
    Nd4j.getRandom().setSeed(61);
    return new DataSet(
        Sequences.input(DataType.FLOAT, EXAMPLES, STEPS),
        Sequences.labels(DataType.FLOAT, EXAMPLES, STEPS));
  }

  /** As there is no dropout in inference, there is none on the way back. */
  @ParameterizedTest
  @EnumSource(
      value = Execution.class,
      names = {"FUSED", "GRAPH"})
  void dropoutOfTheFrozenLayerIsSilent(Execution execution) {
    DataSet data = data();
    Normalizer map = Normalizers.softmax();
    MultiLayerNetwork with = trained(attention(execution, map).dropOut(0.8).build(), data);
    MultiLayerNetwork without = trained(attention(execution, map).build(), data);
    assertThat(with.params()).isEqualTo(without.params());
  }

  @ParameterizedTest
  @MethodSource("normalizers")
  void whatIsBeforeLearnsTheSameOnBothPaths(Normalizer normalizer) {
    DataSet data = data();
    INDArray mask = Nd4j.ones(DataType.FLOAT, EXAMPLES, STEPS);
    mask.putScalar(1, STEPS - 1, 0);
    for (INDArray masked : new INDArray[] {null, mask}) {
      data.setFeaturesMaskArray(masked);
      data.setLabelsMaskArray(masked);
      MultiLayerNetwork fused = trained(attention(Execution.FUSED, normalizer).build(), data);
      MultiLayerNetwork graph = trained(attention(Execution.GRAPH, normalizer).build(), data);
      assertThat(distance(fused.params(), graph.params())).isLessThan(1e-5);
    }
  }
}
