package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Stream;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The three forms of GELU against plain double precision arithmetic. */
class GeluTest {
  private static final double[] POINTS = {
    -1e30, -1e9, -300, -40, -11, -6, -3, -1.5, -0.7, -0.1, -1e-4, 0, 1e-4, 0.1, 0.7, 1.5, 3, 6, 11,
    40, 300, 1e9, 1e30
  };

  static Stream<Arguments> cases() {
    return Stream.of(Gelu.values())
        .flatMap(
            form ->
                Stream.of(DataType.DOUBLE, DataType.FLOAT, DataType.FLOAT16)
                    .map(type -> Arguments.of(form, type)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void valueAndSlope(Gelu form, DataType type) {
    for (double x : POINTS) {
      if (type == DataType.FLOAT16 && Math.abs(x) > 300) {
        continue; // beyond what HALF can store
      }
      MultiLayerNetwork network = block(type, new FeedForwardBlock.Builder().gelu(form));
      INDArray input = Nd4j.zeros(type, 1, Sizes.SIZE, 1);
      input.putScalar(0, 2, 0, x);
      LayerPass pass = LayerPass.of(network, input, null, Nd4j.ones(type, 1, 1, 1));
      double stored = input.getDouble(0, 2, 0);
      // 1 + erf and 1 + tanh cancel for negative x: an error of a few roundings of 1, times x / 2.
      double rounding =
          type == DataType.DOUBLE ? 0x1p-52 : type == DataType.FLOAT ? 0x1p-23 : 0x1p-10;
      double scale = Math.max(1, Math.min(Math.abs(stored), 8));
      double expected = value(form, stored);
      assertThat(pass.output().getDouble(0))
          .as("%s of %s", form, x)
          .isCloseTo(expected, within(4 * rounding * Math.max(scale, Math.abs(expected))));
      assertThat(pass.inputGradient().getDouble(0, 2, 0))
          .as("slope of %s at %s", form, x)
          .isCloseTo(slope(form, stored), within(8 * rounding * scale));
    }
  }

  /** Known to all digits shown: x Φ(x) at 1 and 2, from a table of the normal distribution. */
  @Test
  void theOracleItself() {
    assertThat(value(Gelu.EXACT, 1)).isCloseTo(0.8413447460685429, within(1e-14));
    assertThat(value(Gelu.EXACT, 2)).isCloseTo(2 * 0.9772498680518208, within(1e-14));
    assertThat(value(Gelu.EXACT, -3)).isCloseTo(-3 * 0.0013498980316300946, within(1e-14));
    assertThat(value(Gelu.TANH, 1)).isCloseTo(0.8411919906082768, within(1e-14));
  }

  /** The sigmoid form is nd4j's; its "precise" one is none of the three: 0.005 off at -3. */
  @Test
  void theSigmoidFormIsThatOfNd4j() {
    for (double x : new double[] {-3, -0.7, 0.2, 5}) {
      assertThat(value(Gelu.SIGMOID, x))
          .isCloseTo(Nd4j.nn().gelu(Nd4j.createFromArray(x)).getDouble(0), within(1e-6));
    }
  }

  @ParameterizedTest
  @EnumSource(Gelu.class)
  void gradients(Gelu form) {
    Nd4j.getRandom().setSeed(29);
    MultiLayerNetwork network =
        TestNetworks.of(
                new LayerNorm.Builder().build(),
                new FeedForwardBlock.Builder().gelu(form).build(),
                new RecurrentAttentionLayer.Builder()
                    .nOut(Sizes.OUT)
                    .activation(Activation.GELU)
                    .gelu(form)
                    .build())
            .network(DataType.DOUBLE);
    assertThat(
            FiniteDifferences.largestError(
                network,
                Sequences.input(DataType.DOUBLE, 3, 7),
                Sequences.labels(DataType.DOUBLE, 3, 7),
                Sequences.mask(DataType.DOUBLE, 3, 7)))
        .isLessThan(1e-5);
  }

  /** What a network was trained with is what it computes when it is loaded. */
  @Test
  void networksThatWereSavedBeforeThereWasAChoice() {
    String json =
        TestNetworks.of(new FeedForwardBlock.Builder().hiddenSize(1).nOut(1).build())
            .network(DataType.FLOAT)
            .getLayerWiseConfigurations()
            .toJson();
    String before = json.replaceFirst("\"gelu\" : \"EXACT\",?", "");
    assertThat(before).isNotEqualTo(json);
    FeedForwardBlock read =
        (FeedForwardBlock) MultiLayerConfiguration.fromJson(before).getConf(0).getLayer();
    assertThat(read.toString()).contains("activation=GELU, gelu=SIGMOID");
    FeedForwardBlock kept =
        (FeedForwardBlock) MultiLayerConfiguration.fromJson(json).getConf(0).getLayer();
    assertThat(kept.toString()).contains("activation=GELU, gelu=EXACT");
  }

  private static MultiLayerNetwork block(DataType type, FeedForwardBlock.Builder builder) {
    MultiLayerNetwork network =
        TestNetworks.of(builder.hiddenSize(1).nOut(1).build()).network(type);
    network.params().assign(0);
    network.getParam("0_W1").putScalar(new long[] {0, 2}, 1);
    network.getParam("0_W2").assign(1);
    return network;
  }

  private static double value(Gelu form, double x) {
    return switch (form) {
      case EXACT -> x * normal(x);
      case TANH -> Math.abs(x) > 20 ? Math.max(x, 0) : 0.5 * x * (1 + Math.tanh(inner(x)));
      case SIGMOID -> x * sigmoid(1.702 * x);
    };
  }

  private static double slope(Gelu form, double x) {
    if (Math.abs(x) > 40) {
      return x > 0 ? 1 : 0;
    }
    return switch (form) {
      case EXACT -> normal(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
      case TANH -> {
        double tanh = Math.tanh(inner(x));
        double innerSlope = Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
        yield 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * innerSlope;
      }
      case SIGMOID -> {
        double s = sigmoid(1.702 * x);
        yield s + 1.702 * x * s * (1 - s);
      }
    };
  }

  private static double inner(double x) {
    return Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /**
   * The distribution function of the normal distribution: near zero its power series, φ(x) (x +
   * x³/3 + x⁵/(3·5) + …) + 1/2; far out the continued fraction φ(x) / (x + 1/(x + 2/(x + 3/…))).
   */
  private static double normal(double x) {
    if (Math.abs(x) > 40) {
      return x > 0 ? 1 : 0;
    }
    double density = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    double far = Math.abs(x);
    if (far < 5) {
      double term = x;
      double sum = x;
      for (int k = 3; k < 400; k += 2) {
        term *= x * x / k;
        sum += term;
      }
      return 0.5 + density * sum;
    }
    double fraction = far;
    for (int k = 400; k > 0; k--) {
      fraction = far + k / fraction;
    }
    double tail = density / fraction;
    return x > 0 ? 1 - tail : tail;
  }
}
