package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * y = x + P for the steps there are, without a mask and with one that hides none, against loops.
 */
class LearnedPositionEmbeddingTest {
  private static final int POSITIONS = 89;

  /** So many numbers in one case that several tasks share them. */
  @ParameterizedTest
  @CsvSource({
    "FLOAT, 13, 31, 79, false", "FLOAT, 2, 3, 1, false", "FLOAT, 3, 5, 89, false",
    "DOUBLE, 2, 5, 79, false", "FLOAT, 3, 5, 79, true", "DOUBLE, 3, 5, 7, true"
  })
  void addsAVectorToEachStep(DataType type, int examples, int size, int steps, boolean masked) {
    MultiLayerNetwork network =
        TestNetworks.of(new LearnedPositionEmbedding.Builder().maxLength(POSITIONS).build())
            .inputSizes(size)
            .network(type);
    INDArray x = Nd4j.randn(type, steps, size, examples).permute(2, 1, 0); // not in C order
    INDArray epsilon = Nd4j.randn(type, examples, size, steps);
    INDArray mask = masked ? Nd4j.ones(type, examples, steps) : null;
    INDArray learned = network.getParam("0_W");

    LayerPass pass = LayerPass.of(network, x, mask, epsilon);

    INDArray gradient = pass.gradients().get("W");
    assertThat(gradient.shape()).containsExactly(size, POSITIONS);
    for (int c = 0; c < size; c++) {
      for (int t = 0; t < POSITIONS; t++) {
        double sum = 0;
        for (int b = 0; t < steps && b < examples; b++) {
          double y = x.getDouble(b, c, t) + learned.getDouble(c, t);
          assertThat(pass.output().getDouble(b, c, t)).isEqualTo(y, within(1e-6));
          sum += epsilon.getDouble(b, c, t);
        }
        // A sum of at most 13 floats below 16 in size: 13 roundings of half a unit of 2^-20 each.
        assertThat(gradient.getDouble(c, t)).isEqualTo(sum, within(1e-5));
      }
    }
    assertThat(LayerPass.distance(pass.inputGradient(), epsilon)).isZero();
  }

  /**
   * Positions count from the first visible step: padding before and after, gaps, an example that is
   * hidden as a whole, more steps than positions, and garbage where it is masked.
   */
  @ParameterizedTest
  @CsvSource({"FLOAT, 31, 101", "DOUBLE, 31, 101", "FLOAT, 1009, 101", "FLOAT, 3, 2"})
  void countsFromTheFirstVisibleStep(DataType type, int size, int steps) {
    int examples = 5;
    MultiLayerNetwork network =
        TestNetworks.of(new LearnedPositionEmbedding.Builder().maxLength(POSITIONS).build())
            .inputSizes(size)
            .network(type);
    INDArray x = Nd4j.randn(type, examples, size, steps);
    INDArray epsilon = Nd4j.randn(type, examples, size, steps);
    INDArray mask = Nd4j.zeros(type, examples, steps);
    int[] first = {0, steps / 9, steps - 1, steps, steps / 3};
    for (int b = 0; b < examples; b++) {
      for (int t = first[b]; t < Math.min(steps, first[b] + POSITIONS); t += 1 + t % 3) {
        mask.putScalar(b, t, 1);
      }
      for (int t = 0; t < steps; t++) {
        boolean garbage = mask.getDouble(b, t) == 0 && t % 2 == 0;
        for (int c = 0; garbage && c < size; c++) {
          x.putScalar(new int[] {b, c, t}, c % 2 == 0 ? Double.NaN : 1e30);
        }
      }
    }
    INDArray learned = network.getParam("0_W");

    LayerPass pass = LayerPass.of(network, x, mask, epsilon);

    for (int c = 0; c < size; c++) {
      double[] sums = new double[POSITIONS];
      for (int b = 0; b < examples; b++) {
        for (int t = 0; t < steps; t++) {
          int position = Math.max(0, Math.min(t - first[b], POSITIONS - 1));
          boolean garbage = mask.getDouble(b, t) == 0 && t % 2 == 0;
          double y = (garbage ? 0 : x.getDouble(b, c, t)) + learned.getDouble(c, position);
          assertThat(pass.output().getDouble(b, c, t)).isEqualTo(y, within(1e-6));
          sums[position] += epsilon.getDouble(b, c, t);
        }
      }
      for (int position = 0; position < POSITIONS; position++) {
        double gradient = pass.gradients().get("W").getDouble(c, position);
        // At most some 300 floats of a size up to 5, of which most positions have 5.
        assertThat(gradient).isEqualTo(sums[position], within(1e-4));
      }
    }
  }
}
