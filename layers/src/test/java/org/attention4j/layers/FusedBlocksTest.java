package org.attention4j.layers;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What surrounds attention: the fused operations in FLOAT against the graph in DOUBLE. */
class FusedBlocksTest {
  private static final int EXAMPLES = 7;
  private static final int STEPS = 83;

  static Stream<Arguments> layers() {
    return Stream.of(
            new LayerNorm.Builder().build(),
            new LayerNorm.Builder().epsilon(0.1).build(),
            new RmsNorm.Builder().build(),
            new LearnedPositionEmbedding.Builder().maxLength(97).build(),
            transformer().build(),
            transformer().postNorm(true).causal(true).hasBias(true).build(),
            transformer()
                .norm(Norm.RMS)
                .activation(Activation.SWISH)
                .gated(true)
                .feedForwardBias(false)
                .position(Position.ROTARY)
                .normalizer(Normalizers.ssmax())
                .build(),
            new FeedForwardBlock.Builder().gated(true).hiddenSize(61).nOut(19).build(),
            new FeedForwardBlock.Builder()
                .activation(Activation.SWISH)
                .gated(true)
                .hasBias(false)
                .hiddenSize(61)
                .nOut(19)
                .build(),
            new FeedForwardBlock.Builder().hasBias(false).hiddenSize(61).nOut(19).build(),
            feedForward(Activation.GELU, Gelu.EXACT),
            feedForward(Activation.GELU, Gelu.TANH),
            feedForward(Activation.GELU, Gelu.SIGMOID),
            feedForward(Activation.RELU, Gelu.EXACT),
            feedForward(Activation.SWISH, Gelu.EXACT),
            feedForward(Activation.IDENTITY, Gelu.EXACT),
            feedForward(Activation.TANH, Gelu.EXACT))
        .map(Arguments::of);
  }

  private static TransformerBlock.Builder transformer() {
    return new TransformerBlock.Builder().nHeads(2).headSize(6).feedForwardSize(61);
  }

  private static FeedForwardBlock feedForward(Activation activation, Gelu gelu) {
    return new FeedForwardBlock.Builder()
        .activation(activation)
        .gelu(gelu)
        .hiddenSize(61)
        .nOut(19)
        .build();
  }

  @ParameterizedTest
  @MethodSource("layers")
  void isAsExactAsFloatsCanBe(Layer layer) {
    Nd4j.getRandom().setSeed(41);
    MultiLayerNetwork exact = TestNetworks.of(layer).network(DataType.DOUBLE);
    exact.params().addi(Nd4j.randn(DataType.DOUBLE, exact.params().shape()).mul(0.3));
    INDArray x = Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS);
    long outputs = exact.feedForward(x).get(1).size(1);
    INDArray epsilon = Nd4j.randn(DataType.DOUBLE, EXAMPLES, outputs, STEPS);
    // Exactly what a float can hold, so that both networks start from the same numbers.
    INDArray parameters = exact.params().castTo(DataType.FLOAT);
    INDArray input = x.castTo(DataType.FLOAT);
    INDArray arriving = epsilon.castTo(DataType.FLOAT);

    Random random = new Random(43);
    Map<String, INDArray> wanted =
        pass(
            exact,
            parameters.castTo(DataType.DOUBLE),
            input.castTo(DataType.DOUBLE),
            arriving.castTo(DataType.DOUBLE));
    Map<String, INDArray> moved =
        pass(
            exact,
            FloatError.moved(parameters.castTo(DataType.DOUBLE), random),
            FloatError.moved(input.castTo(DataType.DOUBLE), random),
            FloatError.moved(arriving.castTo(DataType.DOUBLE), random));
    MultiLayerNetwork floats = TestNetworks.of(layer).network(DataType.FLOAT);
    new FloatError(wanted, moved, EXAMPLES * STEPS)
        .assertHeldBy("fused", pass(floats, parameters, input, arriving));
  }

  private static Map<String, INDArray> pass(
      MultiLayerNetwork network, INDArray parameters, INDArray input, INDArray epsilon) {
    network.setParams(parameters);
    LayerPass pass = LayerPass.of(network, input, null, epsilon);
    Map<String, INDArray> results = new LinkedHashMap<>();
    results.put("output", pass.output());
    results.put("input gradient", pass.inputGradient());
    results.putAll(pass.gradients());
    return results;
  }
}
