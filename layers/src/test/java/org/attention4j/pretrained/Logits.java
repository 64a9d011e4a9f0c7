package org.attention4j.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Compares a loaded language model with one in plain loops. */
final class Logits {
  static final int EXAMPLES = 3;
  static final int STEPS = 11;

  private Logits() {}

  /** A model in plain loops. */
  interface Plain {
    /** The logits of each step, [T][vocabulary]. */
    double[][] logits(int[] tokens);
  }

  static int[][] tokens(int vocabulary) {
    Random random = new Random(59);
    int[][] tokens = new int[EXAMPLES][STEPS];
    for (int[] example : tokens) {
      for (int step = 0; step < STEPS; step++) {
        example[step] = random.nextInt(vocabulary);
      }
    }
    return tokens;
  }

  static INDArray array(int[][] tokens) {
    return Nd4j.createFromArray(tokens);
  }

  /**
   * Holds logits and probabilities to rounding: 1e-5 in FLOAT, and 1e-11 in DOUBLE, where a formula
   * that is only nearly right would show.
   *
   * @param head the weights of the head, [vocabulary, size]
   */
  static void assertSame(MultiLayerNetwork network, float[] head, int vocabulary, Plain plain) {
    assertSame(network, head, vocabulary, plain, 1e-5);
    assertSame(network.convertDataType(DataType.DOUBLE), head, vocabulary, plain, 1e-11);
  }

  private static void assertSame(
      MultiLayerNetwork network, float[] head, int vocabulary, Plain plain, double tolerance) {
    int[][] tokens = tokens(vocabulary);
    List<INDArray> activations = network.feedForward(array(tokens), false);
    INDArray hidden = activations.get(activations.size() - 2).castTo(DataType.DOUBLE);
    INDArray probabilities = network.output(array(tokens));
    assertThat(probabilities.shape()).containsExactly(EXAMPLES, vocabulary, STEPS);
    for (int b = 0; b < EXAMPLES; b++) {
      double[][] logits = plain.logits(tokens[b]);
      for (int t = 0; t < STEPS; t++) {
        double[] features = new double[(int) hidden.size(1)];
        for (int i = 0; i < features.length; i++) {
          features[i] = hidden.getDouble(b, i, t);
        }
        double[] actual = PlainMath.linear(head, new float[0], features);
        double[] expected = PlainMath.softmax(logits[t]);
        for (int v = 0; v < vocabulary; v++) {
          assertThat(actual[v]).isCloseTo(logits[t][v], within(tolerance));
          // e^(z + δ) is about e^z (1 + δ), above and below the line
          assertThat(probabilities.getDouble(b, v, t))
              .isCloseTo(expected[v], within(2 * tolerance * expected[v]));
        }
      }
    }
  }
}
