package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.UnaryOperator;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * Options of the language-model head, and its gradient in a network as GradientCheckUtil sees it.
 */
class LanguageModelHeadConfigurationTest implements DoublePrecision {
  private static final int CLASSES = 13;

  @ParameterizedTest(name = "masked {0}, smoothing {1}, bias {2}")
  @CsvSource({"true, 0, true", "false, 0.2, true", "true, 0.2, false"})
  void passesTheGradientCheck(boolean masked, double smoothing, boolean biased) {
    MultiLayerNetwork network =
        Heads.network(
            DataType.DOUBLE,
            new NoOp(),
            new LSTM.Builder().nIn(Heads.SIZE).nOut(Heads.SIZE).build(),
            Heads.head(CLASSES).labelSmoothing(smoothing).hasBias(biased).build());
    INDArray mask = Heads.mask(DataType.DOUBLE);
    assertThat(
            GradientCheckUtil.checkGradients(
                new GradientCheckUtil.MLNConfig()
                    .net(network)
                    .input(Heads.input(DataType.DOUBLE))
                    .labels(Heads.ids(CLASSES))
                    .labelMask(masked ? mask : null)
                    .subset(true)
                    .maxPerParam(29)
                    .maxRelError(1e-5)
                    .minAbsoluteError(1e-7)))
        .isTrue();
  }

  private static void assertRefused(UnaryOperator<LanguageModelHead.Builder> change, String why) {
    LanguageModelHead.Builder builder = change.apply(Heads.head(CLASSES));
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("LanguageModelHead: ")
        .hasMessageEndingWith(why);
  }

  @Test
  void badOptionsAreNamed() {
    assertRefused(b -> b.nOut(1), "nOut is 1 but must be the number of classes, at least 2.");
    assertRefused(
        b -> b.nIn(-3),
        "nIn is -3 but must be at least 1, or left out to follow from the input type.");
    for (double bad : new double[] {-0.1, 1, Double.NaN}) {
      assertRefused(
          b -> b.labelSmoothing(bad),
          "labelSmoothing is %s but must be from 0 up to but not including 1.".formatted(bad));
    }
    assertRefused(
        b -> b.activation(Activation.SIGMOID),
        "activation is sigmoid but must be left out, as this layer's is softmax.");
    String loss = "but must be left out, as this layer's is cross entropy without weights.";
    assertRefused(b -> b.lossFunction(LossFunction.MSE), loss);
    assertRefused(b -> b.lossFunction(new LossMCXENT(Nd4j.ones(CLASSES))), loss);
  }

  @Test
  void inputTypesAreSequences() {
    LanguageModelHead head = new LanguageModelHead.Builder().nOut(CLASSES).build();
    head.setNIn(InputType.recurrent(5, 11), false);
    assertThat(head.getNIn()).isEqualTo(5);
    assertThat(head.getOutputType(0, InputType.recurrent(5, 11)))
        .isEqualTo(InputType.recurrent(CLASSES, 11));
    assertThatThrownBy(() -> head.setNIn(InputType.feedForward(5), true))
        .hasMessageContaining("must be a sequence");
    assertThatThrownBy(() -> head.setNIn(InputType.recurrent(5, 11, RNNFormat.NWC), true))
        .hasMessageContaining("must be NCW");
  }

  @Test
  void isReadBackFromJson() {
    LanguageModelHead head =
        Heads.head(CLASSES).labelSmoothing(0.1).hasBias(false).tiedTo("tokens").build();
    head.setLayerName("out");
    MultiLayerConfiguration configuration =
        Heads.network(DataType.FLOAT, new Adam(0.01), head).getLayerWiseConfigurations();
    MultiLayerConfiguration read = MultiLayerConfiguration.fromJson(configuration.toJson());
    assertThat(read).isEqualTo(configuration);
    assertThat(read.getConf(0).getLayer())
        .isEqualTo(head)
        .hasSameHashCodeAs(head)
        .hasToString(
            "LanguageModelHead(name=out, nIn=5, nOut=13, hasBias=false, labelSmoothing=0.1,"
                + " tiedTo=tokens)");
    assertThat(head).isEqualTo(head.clone()).isNotSameAs(head.clone());
    assertThat(Heads.head(CLASSES).build())
        .isEqualTo(Heads.head(CLASSES).build())
        .isNotEqualTo(Heads.head(CLASSES).labelSmoothing(0.1).build())
        .isNotEqualTo(Heads.head(CLASSES).hasBias(false).build())
        .isNotEqualTo(Heads.head(CLASSES).tiedTo("tokens").build())
        .hasToString("LanguageModelHead(nIn=5, nOut=13)");
  }

  /** All weights dropped: in training alone every class is as probable as its bias says. */
  @Test
  void weightNoiseReachesTheWeights() {
    MultiLayerNetwork network =
        Heads.network(
            DataType.FLOAT,
            new NoOp(),
            Heads.head(CLASSES).weightNoise(new DropConnect(1e-9)).build());
    DataSet data = new DataSet(Heads.input(DataType.FLOAT), Heads.ids(CLASSES));
    network.fit(data);
    assertThat(network.score())
        .isCloseTo(Heads.STEPS * Math.log(CLASSES), org.assertj.core.api.Assertions.within(1e-4));
    assertThat(network.score(data)).isNotEqualTo(network.score());
    double after = network.score(data);
    assertThat(network.score(data)).isEqualTo(after);
  }
}
