package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Stream;
import org.attention4j.internal.attention.AlibiSlopes;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The slopes of linear biases for any number of heads. */
class AlibiSlopesTest {
  static Stream<Arguments> slopes() {
    return Stream.of(
        Arguments.of(new double[] {1 / 256.0}),
        Arguments.of(new double[] {1 / 16.0, 1 / 256.0}),
        Arguments.of(new double[] {1 / 16.0, 1 / 256.0, 0.25}),
        Arguments.of(new double[] {0.25, 1 / 16.0, 1 / 64.0, 1 / 256.0, 0.5}),
        Arguments.of(new double[] {0.25, 0.0625, 0.015625, 0.00390625, 0.5, 0.125}),
        Arguments.of(
            new double[] {0.5, 0.25, 0.125, 0.0625, 1 / 32.0, 1 / 64.0, 1 / 128.0, 1 / 256.0}),
        // As the authors' get_slopes(12) prints them.
        Arguments.of(
            new double[] {
              0.5,
              0.25,
              0.125,
              0.0625,
              0.03125,
              0.015625,
              0.0078125,
              0.00390625,
              0.7071067811865476,
              0.35355339059327384,
              0.17677669529663692,
              0.08838834764831849
            }));
  }

  @ParameterizedTest
  @MethodSource("slopes")
  void values(double[] expected) {
    for (int head = 0; head < expected.length; head++) {
      assertThat(AlibiSlopes.of(head, expected.length)).isCloseTo(expected[head], within(1e-15));
    }
  }

  /** With equal keys the weights show the slopes alone: w_i / w_j = e^{-slope (i - j)}. */
  @ParameterizedTest
  @EnumSource(
      value = Execution.class,
      names = {"GRAPH", "FUSED"})
  void theyReachTheLayer(Execution execution) {
    MultiLayerNetwork network =
        TestNetworks.of(
                new SelfAttentionLayer.Builder()
                    .nOut(12)
                    .nHeads(12)
                    .headSize(1)
                    .projectInput(true)
                    .position(Position.ALIBI)
                    .causal(true)
                    .execution(execution)
                    .build())
            .network(DataType.FLOAT);
    int steps = 5;
    network.getParam("0_Wq").assign(0); // all scores are equal but for the biases
    network.getParam("0_Wv").assign(0);
    for (int head = 0; head < 12; head++) {
      network.getParam("0_Wv").putScalar(new long[] {head, 0, 0}, 1);
    }
    network.getParam("0_Wo").assign(Nd4j.eye(12).castTo(DataType.FLOAT));
    INDArray input = Nd4j.zeros(DataType.FLOAT, 1, Sizes.SIZE, steps);
    for (int step = 0; step < steps; step++) {
      input.putScalar(0, 0, step, step); // the value of a step is its number
    }
    INDArray output =
        LayerPass.of(network, input, null, Nd4j.ones(DataType.FLOAT, 1, 12, steps)).output();
    for (int head = 0; head < 12; head++) {
      double total = 0;
      double mean = 0;
      for (int key = 0; key < steps; key++) {
        double weight = Math.exp(-expected(head) * (steps - 1 - key));
        total += weight;
        mean += weight * key;
      }
      assertThat(output.getDouble(0, head, steps - 1)).isCloseTo(mean / total, within(1e-5));
    }
  }

  private static double expected(int head) {
    return head < 8 ? Math.pow(0.5, head + 1) : Math.pow(0.5, 0.5 + (head - 8));
  }

  @Test
  void theMonitorHasTheSame() {
    AttentionSpec rule =
        new SelfAttentionLayer.Builder()
            .nIn(24)
            .nOut(24)
            .nHeads(12)
            .projectInput(true)
            .position(Position.ALIBI)
            .build()
            .attentionRule();
    for (int head = 0; head < 12; head++) {
      assertThat(rule.bias(head, 3)).isCloseTo(-3 * expected(head), within(1e-12));
    }
  }
}
