package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attention4j.layers.PenalisedLayers.FLOOR;
import static org.attention4j.layers.PenalisedLayers.STRENGTH;
import static org.attention4j.layers.PenalisedLayers.data;
import static org.attention4j.layers.PenalisedLayers.learned;
import static org.attention4j.layers.PenalisedLayers.network;
import static org.attention4j.layers.PenalisedLayers.recurrent;
import static org.attention4j.layers.PenalisedLayers.self;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.SIZE;
import static org.attention4j.testing.Sizes.STEPS;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/** The gradient of the penalty on low entropy. */
class EntropyPenaltyGradientTest implements DoublePrecision {
  static Stream<org.deeplearning4j.nn.conf.layers.Layer> penalised() {
    return Stream.<AttentionLayerBuilder<?>>of(
            self(),
            self().causal(true).hasBias(true).position(Position.ALIBI),
            self().normalizer(Normalizers.entmax15()),
            self().normalizer(Normalizers.sigmoid()),
            self().normalizer(Normalizers.softpick()),
            self().normalizer(Normalizers.softmaxWithLearnableTemperature(0.7)).qkNorm(true),
            learned(STEPS),
            recurrent())
        .map(builder -> ((AttentionLayer) penalise(builder).build()));
  }

  private static AttentionLayerBuilder<?> penalise(AttentionLayerBuilder<?> builder) {
    return builder.attentionEntropyPenalty(STRENGTH, FLOOR);
  }

  /** Along one random direction for each parameter. */
  @ParameterizedTest
  @MethodSource("penalised")
  void gradientIsThatOfTheScore(org.deeplearning4j.nn.conf.layers.Layer layer) {
    MultiLayerNetwork network = network(new LayerNorm.Builder().build(), layer);
    for (DataSet data :
        List.of(data(EXAMPLES, STEPS, true), data(5, STEPS, false), data(1, STEPS, true))) {
      assertThat(
              FiniteDifferences.largestError(
                  network,
                  data.getFeatures(),
                  data.getLabels(),
                  data.getFeaturesMaskArray(),
                  data.getLabelsMaskArray()))
          .isLessThan(1e-5);
    }
  }

  @Test
  void passesTheFrameworksCheck() {
    MultiLayerNetwork network =
        network(
            new LayerNorm.Builder().build(),
            self().causal(true).hasBias(true).attentionEntropyPenalty(STRENGTH, FLOOR).build());
    assertThat(check(network, data(EXAMPLES, STEPS, true))).isTrue();
    assertThat(check(network, data(5, STEPS, false))).isTrue();
    assertThat(check(network, data(1, STEPS, false))).isTrue();
    MultiLayerNetwork ofLearned =
        network(learned(STEPS).attentionEntropyPenalty(STRENGTH, FLOOR).build());
    assertThat(check(ofLearned, data(EXAMPLES, STEPS, true))).isTrue();
    MultiLayerNetwork ofRecurrent =
        network(recurrent().attentionEntropyPenalty(STRENGTH, FLOOR).build());
    assertThat(check(ofRecurrent, data(EXAMPLES, 3, false))).isTrue();
  }

  /** Of a graph the framework checks every entry: it has to be small. */
  @Test
  void passesTheFrameworksCheckInAGraph() {
    SelfAttentionLayer layer =
        new SelfAttentionLayer.Builder()
            .nIn(SIZE)
            .nOut(2)
            .nHeads(2)
            .projectInput(true)
            .scale(1.7)
            .attentionEntropyPenalty(STRENGTH, FLOOR)
            .build();
    assertThat(check(network(layer).toComputationGraph(), data(2, 5, true))).isTrue();
  }

  /** The lower penalised layer gets its own and the upper one's gradient. */
  @Test
  void gradientOfStackedLayers() {
    MultiLayerNetwork network =
        network(
            self().attentionEntropyPenalty(STRENGTH, FLOOR).build(),
            self().nIn(OUT).attentionEntropyPenalty(0.7, 1).build());
    assertThat(check(network, data(EXAMPLES, STEPS, true))).isTrue();
  }

  /** With {@code miniBatch(false)} the network divides neither score nor gradient. */
  @Test
  void gradientWithoutDivisionByTheMinibatch() {
    MultiLayerConfiguration configuration =
        network(self().attentionEntropyPenalty(STRENGTH, FLOOR).build())
            .getLayerWiseConfigurations();
    configuration.getConfs().forEach(layer -> layer.setMiniBatch(false));
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    assertThat(check(network, data(EXAMPLES, STEPS, true))).isTrue();
  }

  @Test
  void gradientWithoutWorkspaces() {
    MultiLayerNetwork network =
        TestNetworks.of(self().attentionEntropyPenalty(STRENGTH, FLOOR).build())
            .workspaces(WorkspaceMode.NONE)
            .network(DataType.DOUBLE);
    assertThat(check(network, data(EXAMPLES, STEPS, true))).isTrue();
  }

  /** The penalty takes part in these checks: without it the gradient is another one. */
  @Test
  void gradientContainsThePenalty() {
    DataSet data = data(EXAMPLES, STEPS, false);
    INDArray with = gradient(self().attentionEntropyPenalty(STRENGTH, FLOOR), data);
    INDArray without = gradient(self(), data);
    INDArray twice = gradient(self().attentionEntropyPenalty(2 * STRENGTH, FLOOR), data);
    INDArray difference = with.sub(without);
    assertThat(difference.norm2Number().doubleValue()).isGreaterThan(1e-2);
    assertThat(twice.sub(with).sub(difference).amaxNumber().doubleValue()).isLessThan(1e-12);
  }

  private static INDArray gradient(SelfAttentionLayer.Builder builder, DataSet data) {
    MultiLayerNetwork network = network(builder.build());
    return FiniteDifferences.gradients(network, data.getFeatures(), data.getLabels(), null, null)
        .get("0_Wq")
        .dup();
  }

  private static boolean check(MultiLayerNetwork network, DataSet data) {
    return GradientCheckUtil.checkGradients(
        new GradientCheckUtil.MLNConfig()
            .net(network)
            .input(data.getFeatures())
            .labels(data.getLabels())
            .inputMask(data.getFeaturesMaskArray())
            .labelMask(data.getLabelsMaskArray())
            .maxRelError(1e-5)
            .subset(true)
            .maxPerParam(5));
  }

  private static boolean check(ComputationGraph graph, DataSet data) {
    return GradientCheckUtil.checkGradients(
        new GradientCheckUtil.GraphConfig()
            .net(graph)
            .inputs(new INDArray[] {data.getFeatures()})
            .labels(new INDArray[] {data.getLabels()})
            .inputMask(new INDArray[] {data.getFeaturesMaskArray()})
            .labelMask(new INDArray[] {data.getLabelsMaskArray()})
            .excludeParams(Set.of("1_W", "1_b"))
            .maxRelError(1e-5));
  }
}
