package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerContext;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.samediff.Attention;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** A normalizer that returns something other than weights gets an error of one sentence. */
class NormalizerFaultsTest {
  /** A fault and its message, for scores [2, 2, 3, 5]. */
  record Fault(String name, Normalizer normalizer, String said) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Fault> faults() {
    return Stream.of(
        new Fault("null", (sd, z, context) -> null, "one that returns weights, not null"),
        new Fault(
            "one weight a row, which would be broadcast",
            (sd, z, context) -> z.max(true, NormalizerContext.KEYS),
            "the scores' shape, [2, 2, 3, 5] for scores [2, 2, 3, 5] and not [2, 2, 3, 1]"),
        new Fault(
            "the keys' axis is lost",
            (sd, z, context) -> z.sum(NormalizerContext.KEYS),
            "and not [2, 2, 3]"),
        new Fault("transposed", (sd, z, context) -> z.permute(0, 1, 3, 2), "and not [2, 2, 5, 3]"),
        new Fault("a scalar", (sd, z, context) -> z.mean(), "and not []"),
        new Fault(
            "another axis in front",
            (sd, z, context) -> sd.expandDims(sd.nn.softmax(z, 3), 0),
            "and not [1, 2, 2, 3, 5]"),
        new Fault(
            "inside another map",
            Normalizers.scaledByLogLength((sd, z, context) -> z.max(true, 3)),
            "and not [2, 2, 3, 1]"),
        new Fault("a choice", (sd, z, context) -> z.gt(0), "FLOAT, not BOOL"),
        new Fault("in DOUBLE", (sd, z, context) -> z.castTo(DataType.DOUBLE), "FLOAT, not DOUBLE"),
        new Fault(
            "of another graph",
            (sd, z, context) -> SameDiff.create().zero("w", DataType.FLOAT, 2, 2, 3, 5),
            "a variable of the graph it is given, not of another"));
  }

  private static List<Layer> layers(Normalizer normalizer) {
    return List.of(
        new SelfAttentionLayer.Builder()
            .nOut(Sizes.OUT)
            .nHeads(2)
            .projectInput(true)
            .normalizer(normalizer)
            .name("x")
            .build(),
        new LearnedSelfAttentionLayer.Builder()
            .nOut(Sizes.OUT)
            .nHeads(2)
            .projectInput(true)
            .nQueries(3)
            .normalizer(normalizer)
            .name("x")
            .build(),
        new RecurrentAttentionLayer.Builder()
            .nOut(Sizes.OUT)
            .nHeads(2)
            .normalizer(normalizer)
            .name("x")
            .build());
  }

  @ParameterizedTest
  @MethodSource("faults")
  void aLayerSaysSoWhenTheNetworkIsBuilt(Fault fault) {
    for (Layer layer : layers(fault.normalizer())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> TestNetworks.of(layer).network(DataType.FLOAT))
          .withMessageStartingWith(layer.getClass().getSimpleName() + " 'x': normalizer is ")
          .withMessageContaining(" but must be one that returns ")
          .withMessageEndingWith(fault.said() + ".");
    }
  }

  @ParameterizedTest
  @MethodSource("faults")
  void aVertexSaysSoWhenTheNetworkIsBuilt(Fault fault) {
    AttentionVertex vertex =
        new AttentionVertex.Builder()
            .nInQueries(5)
            .nInKeys(7)
            .nInValues(11)
            .nOut(14)
            .nHeads(2)
            .projectInput(true)
            .normalizer(fault.normalizer())
            .build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TestNetworks.of(vertex, 0, 1, 2).normedInputs().graph(DataType.FLOAT))
        .withMessageStartingWith("AttentionVertex 'attention': normalizer is ")
        .withMessageEndingWith(fault.said() + ".");
  }

  @ParameterizedTest
  @MethodSource("faults")
  void theOperationSaysSoWhenItIsApplied(Fault fault) {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.placeHolder("x", DataType.FLOAT, -1, 2, -1, 7);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Attention.attention().normalizer(fault.normalizer()).apply(x, x, x))
        .withMessageStartingWith("Attention: normalizer is ")
        .withMessageEndingWith(fault.said() + ".");
  }

  /** Only for eleven keys; the trial's five must not keep it from running. */
  @Test
  void aMapForOneLengthAloneRuns() {
    float[] ramp = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    Normalizer biased =
        (sd, z, context) ->
            sd.nn.softmax(
                z.add(sd.constant(org.nd4j.linalg.factory.Nd4j.createFromArray(ramp))), 3);
    var network =
        TestNetworks.of(
                new SelfAttentionLayer.Builder()
                    .nOut(Sizes.OUT)
                    .projectInput(true)
                    .normalizer(biased)
                    .build())
            .network(DataType.FLOAT);
    assertThat(network.output(Sequences.input(DataType.FLOAT, 3, ramp.length)).shape())
        .containsExactly(3, Sizes.CLASSES, ramp.length);
  }
}
