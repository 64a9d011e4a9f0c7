package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attention4j.layers.Networks.EXAMPLES;
import static org.attention4j.layers.Networks.HEADS;
import static org.attention4j.layers.Networks.OUT;
import static org.attention4j.layers.Networks.STEPS;

import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.buffer.util.DataTypeUtil;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Deeplearning4j's own gradient check, which its own attention layers do not pass. */
class GradientCheckUtilTest {
  /** The check wants to be told DOUBLE by a global switch. */
  @BeforeEach
  void doublePrecision() {
    Nd4j.getRandom().setSeed(83); // first, because the start of ND4J sets the switch
    DataTypeUtil.setDTypeForContext(DataType.DOUBLE);
  }

  @AfterEach
  void restore() {
    DataTypeUtil.setDTypeForContext(DataType.FLOAT);
  }

  static Stream<Normalizer> normalizers() {
    return Stream.of(
        Normalizers.softmax(), Normalizers.topK(3), Normalizers.entmax15(), Normalizers.ssmax());
  }

  @ParameterizedTest
  @MethodSource("normalizers")
  void passes(Normalizer normalizer) {
    MultiLayerNetwork network =
        Networks.of(
            DataType.DOUBLE,
            new LayerNorm.Builder().build(),
            new SelfAttentionLayer.Builder()
                .nOut(OUT)
                .nHeads(HEADS)
                .projectInput(true)
                .hasBias(true)
                .causal(true)
                .normalizer(normalizer)
                .build());
    network.params().addi(Nd4j.randn(DataType.DOUBLE, network.numParams()).muli(0.2));
    assertThat(check(network, STEPS, Networks.mask(DataType.DOUBLE, EXAMPLES, STEPS))).isTrue();
    assertThat(check(network, 7, null)).isTrue();
  }

  private static boolean check(MultiLayerNetwork network, int steps, @Nullable INDArray mask) {
    return GradientCheckUtil.checkGradients(
        new GradientCheckUtil.MLNConfig()
            .net(network)
            .input(Networks.input(DataType.DOUBLE, EXAMPLES, steps))
            .labels(Networks.labels(DataType.DOUBLE, EXAMPLES, steps))
            .inputMask(mask)
            .labelMask(mask)
            .maxRelError(1e-5)
            .subset(true)
            .maxPerParam(3));
  }
}
