package org.attention4j.internal.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.attention4j.internal.threads.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The linear maps against plain loops in DOUBLE. */
class FloatLinearTest {
  private static final int[] OUTPUTS = {7, 19, 4};
  private static final double TOLERANCE = 2e-5;

  private final Random random = new Random(23);

  /** Examples, inputs, steps: below and above a panel, one step, and large enough to be cut. */
  static Stream<Arguments> sizes() {
    return Stream.of(
        Arguments.of(3, 5, 1),
        Arguments.of(2, 13, 11),
        Arguments.of(3, 64, 32),
        Arguments.of(1, 17, 331),
        Arguments.of(2, 3, 601),
        Arguments.of(11, 37, 29), // examples apart would fill half of their panels
        Arguments.of(3, 7, 31),
        Arguments.of(2, 1031, 5), // several blocks of columns
        Arguments.of(1, 3, 1033),
        Arguments.of(1, 233, 67), // few rows and several panels of columns
        Arguments.of(3, 5, 1499)); // gradients of weights are sums of several sums
  }

  @ParameterizedTest(name = "{0} examples, {1} inputs, {2} steps")
  @MethodSource("sizes")
  void agreesWithPlainLoops(int examples, int inputs, int steps) {
    float[] x = values(examples * inputs * steps);
    List<FloatLinear.Weights> maps = maps(inputs);
    FloatLinear linear = new FloatLinear(examples, inputs, steps, x, maps);
    float[][] y = linear.forward();
    float[][] dy = new float[OUTPUTS.length][];
    for (int j = 0; j < OUTPUTS.length; j++) {
      dy[j] = values(examples * OUTPUTS[j] * steps);
    }
    FloatLinear.Gradients gradients = linear.backward(dy);

    double[] dx = new double[x.length];
    for (int j = 0; j < OUTPUTS.length; j++) {
      FloatLinear.Weights map = maps.get(j);
      double[] expected = new double[y[j].length];
      double[] dw = new double[map.values().whole().length];
      double[] db = new double[OUTPUTS[j]];
      for (int b = 0; b < examples; b++) {
        for (int o = 0; o < OUTPUTS[j]; o++) {
          for (int t = 0; t < steps; t++) {
            int at = (b * OUTPUTS[j] + o) * steps + t;
            expected[at] = map.bias() == null ? 0 : map.bias()[o];
            db[o] += dy[j][at];
            for (int i = 0; i < inputs; i++) {
              int w = map.transposed() ? i * OUTPUTS[j] + o : o * inputs + i;
              int from = (b * inputs + i) * steps + t;
              expected[at] += (double) map.values().whole()[w] * x[from];
              dx[from] += (double) map.values().whole()[w] * dy[j][at];
              dw[w] += (double) dy[j][at] * x[from];
            }
          }
        }
      }
      assertClose(y[j], expected);
      assertClose(gradients.weights()[j], dw);
      assertClose(gradients.biases()[j], maps.get(j).bias() == null ? new double[0] : db);
    }
    assertClose(gradients.input(), dx);
  }

  /** Products of equal signs, whose rounding errors do not cancel. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void gradientsOfLongSequencesStayExact(boolean transposed) {
    int steps = 262_147;
    float[] x = new float[steps];
    Arrays.fill(x, 0.1f);
    float[] dy = new float[steps];
    Arrays.fill(dy, 0.7f);
    FloatLinear.Weights map = new FloatLinear.Weights(new float[1], 1, transposed, null);
    float actual =
        new FloatLinear(1, 1, steps, x, List.of(map)).backward(new float[][] {dy}).weights()[0][0];
    double expected = (double) 0.1f * 0.7f * steps;
    // 4,096 products with up to a block more are added one after the other, and 64 such sums.
    double roundings = 4096 + PackedRows.BLOCK_DEPTH + 64;
    assertThat((double) actual).isCloseTo(expected, within(roundings * 0x1p-24 * expected));
  }

  @Test
  void isTheSameForAnyNumberOfThreads() {
    float[] x = values(2 * 31 * 509);
    float[][] dy = {values(2 * 7 * 509), values(2 * 19 * 509), values(2 * 4 * 509)};
    FloatLinear linear = new FloatLinear(2, 31, 509, x, maps(31));
    FloatLinear.Gradients several = linear.backward(dy);
    float[][] outputs = linear.forward();
    String before = System.getProperty(Workers.PROPERTY);
    System.setProperty(Workers.PROPERTY, "1");
    try {
      FloatLinear.Gradients alone = linear.backward(dy);
      assertThat(alone.input()).isEqualTo(several.input());
      assertThat(alone.weights()).isDeepEqualTo(several.weights());
      assertThat(alone.biases()).isDeepEqualTo(several.biases());
      assertThat(linear.forward()).isDeepEqualTo(outputs);
    } finally {
      if (before == null) {
        System.clearProperty(Workers.PROPERTY);
      } else {
        System.setProperty(Workers.PROPERTY, before);
      }
    }
  }

  /** Panels may reach over several examples: short ones, and one that ends within a panel. */
  @ParameterizedTest(name = "{0} examples, {1} steps")
  @CsvSource({"13, 1", "11, 5", "7, 37", "5, 131", "3, 64", "2, 257"})
  void examplesDoNotTouchEachOther(int examples, int steps) {
    int inputs = 29;
    float[] x = values(examples * inputs * steps);
    List<FloatLinear.Weights> maps = maps(inputs);
    float[][] together = new FloatLinear(examples, inputs, steps, x, maps).forward();
    for (int b = 0; b < examples; b++) {
      float[] one = Arrays.copyOfRange(x, b * inputs * steps, (b + 1) * inputs * steps);
      float[][] alone = new FloatLinear(1, inputs, steps, one, maps).forward();
      for (int j = 0; j < OUTPUTS.length; j++) {
        int size = OUTPUTS[j] * steps;
        assertThat(Arrays.copyOfRange(together[j], b * size, (b + 1) * size)).isEqualTo(alone[j]);
      }
    }
  }

  /** Matrices that several threads lay out, with a last part that is no whole tile. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void largeMatricesAreWhole(boolean transposed) {
    int inputs = 349;
    int outputs = 409;
    float[] w = values(outputs * inputs);
    float[] x = values(inputs * 3);
    float[] y =
        new FloatLinear(
                1, inputs, 3, x, List.of(new FloatLinear.Weights(w, outputs, transposed, null)))
            .forward()[0];
    double[] expected = new double[outputs * 3];
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < inputs; i++) {
        for (int t = 0; t < 3; t++) {
          expected[o * 3 + t] +=
              (double) w[transposed ? i * outputs + o : o * inputs + i] * x[i * 3 + t];
        }
      }
    }
    assertClose(y, expected);
  }

  /** What lies between is computed in blocks of rows; the last map sums over these. */
  @Test
  void mapsInARowAgreeWithOneAfterTheOther() {
    int inputs = 277;
    int hidden = 1103;
    int outputs = 79;
    int steps = 149;
    FloatLinear.Weights first =
        new FloatLinear.Weights(values(hidden * inputs), hidden, false, values(hidden));
    FloatLinear.Weights gate = new FloatLinear.Weights(values(inputs * hidden), hidden, true, null);
    FloatLinear.Weights last =
        new FloatLinear.Weights(values(outputs * hidden), outputs, false, values(outputs));
    FloatLinear maps =
        new FloatLinear(2, inputs, steps, values(2 * inputs * steps), List.of(first, gate));
    FloatLinear.Between product =
        (results, starts, length) -> {
          for (int i = 0; i < length; i++) {
            results[starts[0] + i] *= results[starts[1] + i];
          }
        };
    float[] inARow = maps.forward(product, last);
    float[][] kept = new float[2][2 * hidden * steps];
    assertThat(maps.forward(product, last, kept)).isEqualTo(inARow);
    float[][] y = maps.forward();
    assertThat(kept).isDeepEqualTo(y);
    for (int i = 0; i < y[0].length; i++) {
      y[0][i] *= y[1][i];
    }
    assertThat(inARow)
        .isEqualTo(new FloatLinear(2, hidden, steps, y[0], List.of(last)).forward()[0]);
  }

  private List<FloatLinear.Weights> maps(int inputs) {
    List<FloatLinear.Weights> maps = new ArrayList<>();
    for (int j = 0; j < OUTPUTS.length; j++) {
      float[] bias = j == 1 ? null : values(OUTPUTS[j]);
      maps.add(new FloatLinear.Weights(values(OUTPUTS[j] * inputs), OUTPUTS[j], j > 0, bias));
    }
    return maps;
  }

  private float[] values(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static void assertClose(float[] actual, double[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double scale = 1;
    for (double value : expected) {
      scale = Math.max(scale, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i]).isCloseTo(expected[i], within(TOLERANCE * scale));
    }
  }
}
