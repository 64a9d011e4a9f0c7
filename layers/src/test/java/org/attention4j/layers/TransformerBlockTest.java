package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.attention4j.layers.BlockNetworks.CLASSES;
import static org.attention4j.layers.BlockNetworks.EXAMPLES;
import static org.attention4j.layers.BlockNetworks.HEADS;
import static org.attention4j.layers.BlockNetworks.SIZE;
import static org.attention4j.layers.BlockNetworks.STEPS;
import static org.attention4j.layers.BlockNetworks.asBlock;
import static org.attention4j.layers.BlockNetworks.asLayers;
import static org.attention4j.layers.BlockNetworks.data;
import static org.attention4j.layers.BlockNetworks.nameInLayers;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** One layer against the layers that it stands for, in a graph of their own. */
class TransformerBlockTest {
  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(97);
  }

  private static Map<String, INDArray> gradients(ComputationGraph graph, DataSet data) {
    graph.setInputs(data.getFeatures());
    graph.setLabels(data.getLabels());
    @Nullable INDArray mask = data.getFeaturesMaskArray();
    if (mask != null) {
      graph.setLayerMaskArrays(new INDArray[] {mask}, new INDArray[] {mask});
    }
    graph.computeGradientAndScore();
    Map<String, INDArray> gradients = new LinkedHashMap<>();
    graph.gradient().gradientForVariable().forEach((name, g) -> gradients.put(name, g.dup()));
    graph.clearLayerMaskArrays();
    return gradients;
  }

  @ParameterizedTest
  @EnumSource(BlockNetworks.Kind.class)
  void computesWhatItsLayersComputeOneByOne(BlockNetworks.Kind kind) {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      for (boolean masked : new boolean[] {false, true}) {
        ComputationGraph block = asBlock(BlockNetworks.block(kind), type);
        ComputationGraph layers = asLayers(kind, type);
        assertThat(block.numParams()).isEqualTo(layers.numParams());
        BlockNetworks.copy(block.paramTable(), layers.paramTable());
        DataSet data = data(type, masked);
        // The same operations: only sums of two or three gradients may be rounded in another order.
        double tolerance = type == DataType.DOUBLE ? 1e-12 : 2e-5;
        String about = kind + " " + type + (masked ? " masked" : "");
        assertThat(
                distance(
                    block.outputSingle(data.getFeatures()),
                    layers.outputSingle(data.getFeatures())))
            .as(about)
            .isLessThan(tolerance);
        Map<String, INDArray> expected = gradients(layers, data);
        Map<String, INDArray> actual = gradients(block, data);
        assertThat(block.score()).as(about).isCloseTo(layers.score(), within(20 * tolerance));
        assertThat(actual).hasSameSizeAs(expected);
        actual.forEach(
            (name, gradient) ->
                assertThat(distance(gradient, expected.get(nameInLayers(name))))
                    .as("%s, gradient of %s", about, name)
                    .isLessThan(tolerance));
      }
    }
  }

  private static double distance(INDArray a, INDArray b) {
    return a.sub(b).amaxNumber().doubleValue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void dropoutOfResidualsDrawsTheSameOnBothPathsAndKeepsTheMean(boolean training) {
    TransformerBlock dropping =
        new TransformerBlock.Builder().nHeads(HEADS).residualDropout(0.4).build();
    ComputationGraph floats = asBlock(dropping, DataType.FLOAT);
    ComputationGraph doubles = asBlock(dropping, DataType.DOUBLE);
    doubles.setParams(floats.params().castTo(DataType.DOUBLE));
    INDArray x = Nd4j.randn(DataType.FLOAT, EXAMPLES, SIZE, STEPS);
    Nd4j.getRandom().setSeed(5);
    INDArray once = floats.feedForward(x, training).get("block").dup();
    Nd4j.getRandom().setSeed(5);
    INDArray exact = doubles.feedForward(x.castTo(DataType.DOUBLE), training).get("block");
    assertThat(distance(once.castTo(DataType.DOUBLE), exact)).isLessThan(1e-5);
    INDArray again = floats.feedForward(x, training).get("block");
    if (training) {
      assertThat(distance(once, again)).as("another draw").isGreaterThan(0.01);
    } else {
      assertThat(again).isEqualTo(once);
    }
  }

  @Test
  void gradientsHoldTheDrawOfTheirForwardPass() {
    TransformerBlock dropping =
        new TransformerBlock.Builder().nHeads(HEADS).residualDropout(0.4).build();
    ComputationGraph floats = asBlock(dropping, DataType.FLOAT);
    ComputationGraph doubles = asBlock(dropping, DataType.DOUBLE);
    doubles.setParams(floats.params().castTo(DataType.DOUBLE));
    DataSet data = data(DataType.FLOAT, true);
    DataSet exactData =
        new DataSet(
            data.getFeatures().castTo(DataType.DOUBLE),
            data.getLabels().castTo(DataType.DOUBLE),
            data.getFeaturesMaskArray().castTo(DataType.DOUBLE),
            data.getLabelsMaskArray().castTo(DataType.DOUBLE));
    Nd4j.getRandom().setSeed(5);
    Map<String, INDArray> actual = gradients(floats, data);
    Nd4j.getRandom().setSeed(5);
    gradients(doubles, exactData)
        .forEach(
            (name, gradient) ->
                assertThat(distance(actual.get(name).castTo(DataType.DOUBLE), gradient))
                    .as(name)
                    .isLessThan(2e-5));
  }

  @Test
  void stacksInAMultiLayerNetworkAndSurvivesJson() {
    TransformerBlock block =
        new TransformerBlock.Builder()
            .nHeads(HEADS)
            .postNorm(true)
            .norm(Norm.RMS)
            .normEpsilon(1e-3)
            .residualDropout(0.1)
            .gated(true)
            .feedForwardBias(false)
            .gelu(Gelu.TANH)
            .build();
    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(3)
            .updater(new NoOp())
            .list()
            .layer(block)
            .layer(block.clone())
            .layer(
                new RnnOutputLayer.Builder(LossFunction.MCXENT)
                    .activation(Activation.SOFTMAX)
                    .nOut(CLASSES)
                    .build())
            .setInputType(InputType.recurrent(SIZE))
            .build();
    MultiLayerConfiguration read = MultiLayerConfiguration.fromJson(configuration.toJson());
    assertThat(read).isEqualTo(configuration);
    MultiLayerNetwork first = new MultiLayerNetwork(configuration);
    MultiLayerNetwork second = new MultiLayerNetwork(read);
    first.init();
    second.init();
    second.setParams(first.params());
    INDArray x = Nd4j.randn(DataType.FLOAT, EXAMPLES, SIZE, STEPS);
    assertThat(second.output(x)).isEqualTo(first.output(x));
    assertThat(read.getConf(0).getLayer())
        .hasToString(
            "TransformerBlock(name=layer0, nIn=22, nOut=22, heads=2, headSize=11,"
                + " normalizer=Softmax[temperature=1.0, learnable=false], feedForwardSize=88,"
                + " activation=GELU, gelu=TANH, gated=true,"
                + " feedForwardBias=false, norm=RMS, normEpsilon=0.001, postNorm=true,"
                + " residualDropout=0.1)");
  }

  @Test
  void badOptionsAreNamed() {
    refused(
        new TransformerBlock.Builder().nIn(7).nHeads(2),
        "TransformerBlock: nHeads is 2 but must be a divisor of nIn 7 unless headSize is set.");
    refused(
        new TransformerBlock.Builder().nIn(6).nOut(4),
        "TransformerBlock: nOut is 4 but must be left out, as this layer keeps the size nIn 6.");
    refused(
        new TransformerBlock.Builder().projectInput(false),
        "TransformerBlock: projectInput is false but must be true, as a block always projects.");
    refused(
        new TransformerBlock.Builder().residualDropout(1),
        "TransformerBlock: residualDropout is 1.0 but must be at least 0 and below 1 (it is the"
            + " share of numbers that is dropped).");
    refused(
        new TransformerBlock.Builder().normEpsilon(0),
        "TransformerBlock: normEpsilon is 0.0 but must be positive and finite.");
    refused(
        new TransformerBlock.Builder().feedForwardSize(-1),
        "TransformerBlock: feedForwardSize is -1 but must be at least 1, or left out for 4 * nIn.");
    assertThatThrownBy(
            () ->
                asBlock(
                    new TransformerBlock.Builder().nHeads(3).name("third").build(), DataType.FLOAT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "TransformerBlock 'block': nHeads is 3 but must be a divisor of the output size 22"
                + " unless headSize is set.");
  }

  private static void refused(TransformerBlock.Builder builder, String message) {
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
