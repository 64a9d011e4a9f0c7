package org.attention4j.internal.feedforward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.commons.math3.special.Erf;
import org.attention4j.internal.linear.FloatLinear;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FloatFeedForwardTest {
  private static final int EXAMPLES = 2;
  private static final int INPUTS = 5;
  private static final int HIDDEN = 13;
  private static final int OUTPUTS = 7;
  private static final int STEPS = 11;

  static Stream<Arguments> blocks() {
    return Stream.of(FloatActivation.values())
        .flatMap(f -> Stream.of(Arguments.of(f, false), Arguments.of(f, true)));
  }

  /** The arrays: x, W1, b1, Wg, bg, W2, b2. */
  private static List<float[]> arrays(Random random) {
    List<float[]> arrays = new ArrayList<>();
    int[] sizes = {
      EXAMPLES * INPUTS * STEPS,
      HIDDEN * INPUTS,
      HIDDEN,
      HIDDEN * INPUTS,
      HIDDEN,
      OUTPUTS * HIDDEN,
      OUTPUTS
    };
    for (int size : sizes) {
      float[] array = new float[size];
      for (int i = 0; i < size; i++) {
        array[i] = (float) (0.7 * random.nextGaussian());
      }
      arrays.add(array);
    }
    return arrays;
  }

  @ParameterizedTest(name = "{0} gated={1}")
  @MethodSource("blocks")
  void agreesWithPlainDoublesAndTheirDifferences(FloatActivation f, boolean gated) {
    Random random = new Random(gated ? 17 : 3);
    List<float[]> arrays = arrays(random);
    float[] dy = new float[EXAMPLES * OUTPUTS * STEPS];
    for (int i = 0; i < dy.length; i++) {
      dy[i] = (float) random.nextGaussian();
    }
    FloatFeedForward block =
        new FloatFeedForward(
            EXAMPLES,
            INPUTS,
            STEPS,
            f,
            new FloatLinear.Weights(arrays.get(1), HIDDEN, false, arrays.get(2)),
            gated ? new FloatLinear.Weights(arrays.get(3), HIDDEN, false, arrays.get(4)) : null,
            new FloatLinear.Weights(arrays.get(5), OUTPUTS, false, arrays.get(6)));

    FloatFeedForward.Forward forward = block.forward(arrays.get(0));
    FloatFeedForward.Gradients gradients = block.backward(arrays.get(0), forward.hidden(), dy);

    double[][] exact = arrays.stream().map(FloatFeedForwardTest::doubles).toArray(double[][]::new);
    double[] y = reference(exact, f, gated);
    for (int i = 0; i < y.length; i++) {
      assertThat((double) forward.output()[i]).isCloseTo(y[i], within(1e-5));
    }
    float[] alone = block.output(arrays.get(0));
    assertThat(alone).hasSameSizeAs(y);
    for (int i = 0; i < y.length; i++) {
      assertThat((double) alone[i]).isCloseTo(y[i], within(1e-5));
    }
    float[][] computed = {
      gradients.input(),
      gradients.into().weights()[0],
      gradients.into().biases()[0],
      gated ? gradients.into().weights()[1] : new float[0],
      gated ? gradients.into().biases()[1] : new float[0],
      gradients.out().weights()[0],
      gradients.out().biases()[0]
    };
    for (int array = 0; array < computed.length; array++) {
      for (int i = 0; i < computed[array].length; i++) {
        double difference = difference(exact, array, i, f, gated, dy);
        assertThat((double) computed[array][i])
            .as("array %s, entry %s", array, i)
            .isCloseTo(difference, within(2e-5 * (1 + Math.abs(difference))));
      }
    }
  }

  /** Three sequences of 29 steps are joined, one alone is not, and those of 64 never are. */
  @ParameterizedTest
  @ValueSource(ints = {29, 64})
  void examplesAreComputedAsEachAlone(int steps) {
    Random random = new Random(5);
    float[] x = numbers(random, 3 * INPUTS * steps);
    float[] dy = numbers(random, 3 * OUTPUTS * steps);
    FloatLinear.Weights first =
        new FloatLinear.Weights(
            numbers(random, HIDDEN * INPUTS), HIDDEN, false, numbers(random, HIDDEN));
    FloatLinear.Weights gate =
        new FloatLinear.Weights(
            numbers(random, HIDDEN * INPUTS), HIDDEN, false, numbers(random, HIDDEN));
    FloatLinear.Weights second =
        new FloatLinear.Weights(
            numbers(random, OUTPUTS * HIDDEN), OUTPUTS, true, numbers(random, OUTPUTS));
    FloatFeedForward together =
        new FloatFeedForward(3, INPUTS, steps, FloatActivation.GELU, first, gate, second);
    FloatFeedForward.Forward forward = together.forward(x);
    FloatFeedForward.Gradients gradients = together.backward(x, forward.hidden(), dy);
    double[] bias = new double[OUTPUTS];
    double[] weights = new double[HIDDEN * INPUTS];
    for (int b = 0; b < 3; b++) {
      FloatFeedForward alone =
          new FloatFeedForward(1, INPUTS, steps, FloatActivation.GELU, first, gate, second);
      float[] own = part(x, b);
      FloatFeedForward.Forward ownForward = alone.forward(own);
      FloatFeedForward.Gradients ownGradients =
          alone.backward(own, ownForward.hidden(), part(dy, b));
      assertClose(part(forward.output(), b), doubles(ownForward.output()));
      assertClose(part(gradients.input(), b), doubles(ownGradients.input()));
      add(ownGradients.out().biases()[0], bias);
      add(ownGradients.into().weights()[1], weights);
    }
    assertClose(gradients.out().biases()[0], bias);
    assertClose(gradients.into().weights()[1], weights);
  }

  private static float[] numbers(Random random, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) (0.7 * random.nextGaussian());
    }
    return numbers;
  }

  private static float[] part(float[] sequences, int example) {
    int length = sequences.length / 3;
    return Arrays.copyOfRange(sequences, example * length, (example + 1) * length);
  }

  private static void add(float[] some, double[] sums) {
    for (int i = 0; i < some.length; i++) {
      sums[i] += some[i];
    }
  }

  /** Sums of at most 200 products, together of a size below 50. */
  private static void assertClose(float[] actual, double[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i]).isCloseTo(expected[i], within(200 * 0x1p-24 * 50));
    }
  }

  private static float[] values(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) (0.7 * random.nextGaussian());
    }
    return values;
  }

  /** Several panels and tasks, some of which reach over several examples. */
  @ParameterizedTest(name = "{0} examples, {1} steps, gated={2}")
  @CsvSource({"3, 131, false", "3, 131, true", "13, 7, true", "2, 128, false", "5, 1, false"})
  void agreesWithOneMapAfterTheOther(int examples, int steps, boolean gated) {
    Random random = new Random(29);
    float[] x = values(random, examples * INPUTS * steps);
    FloatLinear.Weights first =
        new FloatLinear.Weights(
            values(random, HIDDEN * INPUTS), HIDDEN, false, values(random, HIDDEN));
    FloatLinear.Weights gate =
        new FloatLinear.Weights(
            values(random, HIDDEN * INPUTS), HIDDEN, true, values(random, HIDDEN));
    FloatLinear.Weights last =
        new FloatLinear.Weights(values(random, OUTPUTS * HIDDEN), OUTPUTS, false, null);
    FloatFeedForward block =
        new FloatFeedForward(
            examples, INPUTS, steps, FloatActivation.GELU, first, gated ? gate : null, last);
    float[] output = block.output(x);
    assertThat(block.forward(x).output()).isEqualTo(output);

    List<FloatLinear.Weights> into = gated ? List.of(first, gate) : List.of(first);
    float[][] hidden = new FloatLinear(examples, INPUTS, steps, x, into).forward();
    float[] activated = FloatActivation.GELU.of(hidden[0]);
    if (gated) {
      FloatActivation.multiply(hidden[1], activated);
    }
    float[] expected =
        new FloatLinear(examples, HIDDEN, steps, activated, List.of(last)).forward()[0];
    assertThat(output).hasSameSizeAs(expected);
    for (int i = 0; i < output.length; i++) {
      assertThat(output[i]).isCloseTo(expected[i], within(2e-6f));
    }
  }

  private static double difference(
      double[][] arrays, int array, int entry, FloatActivation f, boolean gated, float[] dy) {
    double step = 1e-5;
    double before = arrays[array][entry];
    arrays[array][entry] = before + step;
    double[] more = reference(arrays, f, gated);
    arrays[array][entry] = before - step;
    double[] less = reference(arrays, f, gated);
    arrays[array][entry] = before;
    double sum = 0;
    for (int i = 0; i < dy.length; i++) {
      sum += dy[i] * (more[i] - less[i]) / (2 * step);
    }
    return sum;
  }

  private static double[] reference(double[][] arrays, FloatActivation f, boolean gated) {
    double[] y = new double[EXAMPLES * OUTPUTS * STEPS];
    for (int b = 0; b < EXAMPLES; b++) {
      for (int t = 0; t < STEPS; t++) {
        double[] hidden = new double[HIDDEN];
        for (int j = 0; j < HIDDEN; j++) {
          double first = arrays[2][j];
          double gate = arrays[4][j];
          for (int i = 0; i < INPUTS; i++) {
            double x = arrays[0][(b * INPUTS + i) * STEPS + t];
            first += arrays[1][j * INPUTS + i] * x;
            gate += arrays[3][j * INPUTS + i] * x;
          }
          hidden[j] = value(f, first) * (gated ? gate : 1);
        }
        for (int o = 0; o < OUTPUTS; o++) {
          double sum = arrays[6][o];
          for (int j = 0; j < HIDDEN; j++) {
            sum += arrays[5][o * HIDDEN + j] * hidden[j];
          }
          y[(b * OUTPUTS + o) * STEPS + t] = sum;
        }
      }
    }
    return y;
  }

  private static double value(FloatActivation f, double x) {
    return switch (f) {
      case IDENTITY -> x;
      case RELU -> Math.max(0, x);
      case GELU -> x * 0.5 * Erf.erfc(-x / Math.sqrt(2));
      case GELU_TANH ->
          x * 0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
      case GELU_SIGMOID -> x / (1 + Math.exp(-1.702 * x));
      case SILU -> x / (1 + Math.exp(-x));
    };
  }

  private static double[] doubles(float[] x) {
    double[] result = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      result[i] = x[i];
    }
    return result;
  }
}
