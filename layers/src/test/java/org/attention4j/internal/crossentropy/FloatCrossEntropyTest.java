package org.attention4j.internal.crossentropy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attention4j.internal.linear.FloatLinear;
import org.attention4j.internal.threads.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Cross entropy against plain loops in DOUBLE. */
class FloatCrossEntropyTest {
  /** The unit roundoff of FLOAT. */
  private static final double UNIT = 0x1p-24;

  private final Random random = new Random(29);

  /**
   * Examples, inputs, steps, classes: one chunk and many, a rest behind the last whole tile, more
   * columns than one block has, a single step.
   */
  static Stream<Arguments> sizes() {
    return Stream.of(
        Arguments.of(3, 5, 7, 2),
        Arguments.of(1, 13, 1, 97),
        Arguments.of(2, 17, 11, 97),
        Arguments.of(5, 7, 131, 61),
        Arguments.of(2, 37, 29, 1009),
        Arguments.of(1, 3, 23, 5003));
  }

  @ParameterizedTest(name = "{0} examples, {1} inputs, {2} steps, {3} classes")
  @MethodSource("sizes")
  void agreesWithPlainLoops(int examples, int inputs, int steps, int classes) {
    for (boolean transposed : new boolean[] {false, true}) {
      for (double smoothing : new double[] {0, 0.1}) {
        float[] bias = transposed ? null : values(classes, 1);
        Case some = new Case(examples, inputs, steps, classes, transposed, bias, smoothing, random);
        some.assertAgrees(1);
      }
    }
  }

  /** Some thousand classes of which one has nearly all, and logits of ten thousand. */
  @ParameterizedTest
  @MethodSource("sizes")
  void agreesForLargeLogits(int examples, int inputs, int steps, int classes) {
    new Case(examples, inputs, steps, classes, false, values(classes, 1e4f), 0, random)
        .assertAgrees(1e4);
  }

  @Test
  void nothingIsComputedWithoutColumns() {
    FloatLinear.Weights map = new FloatLinear.Weights(values(97 * 5, 1), 97, false, null);
    FloatCrossEntropy kernel = new FloatCrossEntropy(5, 7, values(2 * 5 * 7, 1), map, new int[0]);
    FloatCrossEntropy.Gradients gradients =
        kernel.gradients(new FloatCrossEntropy.Targets(new int[0], 0));
    assertThat(gradients.losses()).isEmpty();
    assertThat(gradients.input()).hasSize(70).containsOnly(0);
    assertThat(gradients.weights()).hasSize(97 * 5).containsOnly(0);
    assertThat(kernel.probabilities()).hasSize(2 * 97 * 7).containsOnly(0);
  }

  /** A step that does not count is not even read. */
  @Test
  void whatDoesNotCountIsNotRead() {
    Case some = new Case(3, 5, 7, 97, false, null, 0, random);
    FloatCrossEntropy.Gradients before = some.kernel().gradients(some.targets());
    boolean[] counts = new boolean[some.examples * some.steps];
    IntStream.of(some.columns).forEach(c -> counts[c] = true);
    for (int i = 0; i < some.x.length; i++) {
      int example = i / (some.inputs * some.steps);
      if (!counts[example * some.steps + i % some.steps]) {
        some.x[i] = Float.NaN;
      }
    }
    FloatCrossEntropy.Gradients after = some.kernel().gradients(some.targets());
    assertThat(after.losses()).isEqualTo(before.losses());
    assertThat(after.input()).isEqualTo(before.input());
    assertThat(after.weights()).isEqualTo(before.weights());
  }

  /** What is no number in one step is no number in its loss, and in no other one's. */
  @Test
  void notANumberStaysInItsStep() {
    Case some = new Case(2, 3, 11, 61, false, null, 0, random);
    int column = 4;
    int at = some.columns[column];
    some.x[at / 11 * 33 + 11 + at % 11] = Float.NaN;
    double[] losses = some.kernel().losses(some.targets());
    for (int c = 0; c < losses.length; c++) {
      assertThat(Double.isNaN(losses[c])).as("column %d", c).isEqualTo(c == column);
    }
  }

  @Test
  void isTheSameForAnyNumberOfThreads() {
    Case some = new Case(2, 67, 401, 1009, false, values(1009, 1), 0.1, random);
    FloatCrossEntropy.Gradients expected = null;
    String before = System.getProperty(Workers.PROPERTY);
    try {
      for (int threads = 1; threads <= 3; threads++) {
        System.setProperty(Workers.PROPERTY, Integer.toString(threads));
        FloatCrossEntropy.Gradients gradients = some.kernel().gradients(some.targets());
        expected = expected == null ? gradients : expected;
        assertThat(gradients.losses()).isEqualTo(expected.losses());
        assertThat(gradients.input()).isEqualTo(expected.input());
        assertThat(gradients.weights()).isEqualTo(expected.weights());
        assertThat(gradients.bias()).isEqualTo(expected.bias());
        assertThat(some.kernel().losses(some.targets())).isEqualTo(expected.losses());
      }
    } finally {
      if (before == null) {
        System.clearProperty(Workers.PROPERTY);
      } else {
        System.setProperty(Workers.PROPERTY, before);
      }
    }
  }

  private float[] values(int length, float scale) {
    return values(random, length, scale);
  }

  private static float[] values(Random random, int length, float scale) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = scale * (float) random.nextGaussian();
    }
    return values;
  }

  /** One call; every fifth step does not count. */
  private static final class Case {
    final int examples;
    final int inputs;
    final int steps;
    final int classes;
    final boolean transposed;
    final float[] bias;
    final double smoothing;
    final float[] x;
    final float[] w;
    final int[] columns;
    final int[] labels;

    Case(
        int examples,
        int inputs,
        int steps,
        int classes,
        boolean transposed,
        float[] bias,
        double smoothing,
        Random random) {
      this.examples = examples;
      this.inputs = inputs;
      this.steps = steps;
      this.classes = classes;
      this.transposed = transposed;
      this.bias = bias;
      this.smoothing = smoothing;
      x = values(random, examples * inputs * steps, 1);
      w = values(random, classes * inputs, 1);
      columns = IntStream.range(0, examples * steps).filter(i -> i % 5 != 3).toArray();
      labels = random.ints(columns.length, 0, classes).toArray();
    }

    FloatCrossEntropy kernel() {
      return new FloatCrossEntropy(
          inputs, steps, x, new FloatLinear.Weights(w, classes, transposed, bias), columns);
    }

    FloatCrossEntropy.Targets targets() {
      return new FloatCrossEntropy.Targets(labels, smoothing);
    }

    int weight(int v, int i) {
      return transposed ? i * classes + v : v * inputs + i;
    }

    /**
     * A logit is a sum of {@code inputs} products and a bias, so that it is off by some {@code
     * sqrt(inputs) u} of their size; a probability by as much of itself, and e^z by two units more.
     * The gradients are sums of as many terms as there are classes or columns.
     *
     * @param size that of the logits
     */
    void assertAgrees(double size) {
      double[] p = new double[examples * classes * steps];
      double[] losses = new double[columns.length];
      double[] dx = new double[x.length];
      double[] dw = new double[w.length];
      double[] db = new double[bias == null ? 0 : classes];
      for (int c = 0; c < columns.length; c++) {
        int example = columns[c] / steps;
        int step = columns[c] % steps;
        double[] z = new double[classes];
        for (int v = 0; v < classes; v++) {
          z[v] = bias == null ? 0 : bias[v];
          for (int i = 0; i < inputs; i++) {
            z[v] += (double) w[weight(v, i)] * x[(example * inputs + i) * steps + step];
          }
        }
        double max = Arrays.stream(z).max().orElseThrow();
        double sum = Arrays.stream(z).map(a -> Math.exp(a - max)).sum();
        for (int v = 0; v < classes; v++) {
          double q = smoothing / classes + (v == labels[c] ? 1 - smoothing : 0);
          double logP = z[v] - max - Math.log(sum);
          losses[c] -= q * logP;
          p[(example * classes + v) * steps + step] = Math.exp(logP);
          double dz = Math.exp(logP) - q;
          if (bias != null) {
            db[v] += dz;
          }
          for (int i = 0; i < inputs; i++) {
            int at = (example * inputs + i) * steps + step;
            dw[weight(v, i)] += dz * x[at];
            dx[at] += dz * w[weight(v, i)];
          }
        }
      }
      double logits = 4 * UNIT * size * Math.sqrt(inputs);
      FloatCrossEntropy.Gradients gradients = kernel().gradients(targets());
      assertClose("p", kernel().probabilities(), p, logits + 8 * UNIT);
      for (int c = 0; c < losses.length; c++) {
        double error = 4 * (logits + 8 * UNIT) * Math.max(1, losses[c]);
        assertThat(gradients.losses()[c]).isCloseTo(losses[c], within(error));
      }
      assertThat(kernel().losses(targets())).isEqualTo(gradients.losses());
      double relative = 4 * (logits + 8 * UNIT);
      assertClose("dx", gradients.input(), dx, relative);
      assertClose("dW", gradients.weights(), dw, relative * Math.sqrt(columns.length));
      assertClose("db", gradients.bias(), db, relative * Math.sqrt(columns.length));
    }

    private static void assertClose(
        String name, float[] actual, double[] expected, double tolerance) {
      assertThat(actual).hasSameSizeAs(expected);
      double scale = Arrays.stream(expected).map(Math::abs).max().orElse(0);
      for (int i = 0; i < expected.length; i++) {
        assertThat((double) actual[i])
            .as("%s[%d]", name, i)
            .isCloseTo(expected[i], within(tolerance * Math.max(1, scale)));
      }
    }
  }
}
