package org.attention4j.internal.norm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.Stream;
import org.attention4j.internal.threads.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FloatNormTest {
  private static final double EPSILON = 1e-5;

  /** Rounding of a float. */
  private static final double ULP = Math.pow(2, -24);

  /** Sizes below and above a vector, a group of rows and a block of steps. */
  static Stream<Arguments> sizes() {
    return Stream.of(true, false)
        .flatMap(
            centred ->
                Stream.of(
                    Arguments.of(3, 67, 37, centred),
                    Arguments.of(1, 1, 1, centred),
                    Arguments.of(2, 7, 4999, centred),
                    Arguments.of(2, 2053, 41, centred),
                    Arguments.of(5, 31, 1, centred)));
  }

  @ParameterizedTest(name = "b={0} features={1} T={2} centred={3}")
  @MethodSource("sizes")
  void isWhatThePlainFormulasSay(int examples, int features, int steps, boolean centred) {
    Random random = new Random(examples + 31L * features + 1009L * steps);
    float[] x = numbers(random, examples * features * steps, 3, 2);
    float[] gain = numbers(random, features, 1, 1);
    float[] bias = numbers(random, features, 1, 0);
    float[] dy = numbers(random, x.length, 1, 0);
    FloatNorm norm = new FloatNorm(examples, features, steps, centred, EPSILON);

    FloatNorm.Forward forward = norm.forward(x, gain, centred ? bias : null);
    FloatNorm.Gradients gradients = norm.backward(x, gain, forward.means(), forward.scales(), dy);

    double[] gainGradient = new double[features];
    double[] biasGradient = new double[features];
    double[] gainBound = new double[features];
    double[] biasBound = new double[features];
    for (int b = 0; b < examples; b++) {
      for (int t = 0; t < steps; t++) {
        double mean = 0;
        for (int c = 0; c < features; c++) {
          mean += centred ? x[at(b, c, t, features, steps)] / (double) features : 0;
        }
        double square = 0;
        for (int c = 0; c < features; c++) {
          double d = x[at(b, c, t, features, steps)] - mean;
          square += d * d / features;
        }
        double scale = 1 / Math.sqrt(square + EPSILON);
        double sum = 0;
        double product = 0;
        double size = 0;
        for (int c = 0; c < features; c++) {
          int i = at(b, c, t, features, steps);
          double h = (x[i] - mean) * scale;
          double own = gain[c] * (double) dy[i];
          sum += centred ? own / features : 0;
          product += own * h / features;
          size = Math.max(size, Math.abs(own) * (1 + Math.abs(h)));
          gainGradient[c] += dy[i] * h;
          biasGradient[c] += dy[i];
          // The rounding of the mean, as large as the largest x, is divided by the deviation too.
          double rounding = 50 * ULP * (1 + Math.abs(h) + 14 * scale);
          gainBound[c] += rounding * Math.abs(dy[i]);
          biasBound[c] += 4 * ULP * Math.abs(dy[i]);
          double y = gain[c] * h + (centred ? bias[c] : 0);
          assertThat((double) forward.output()[i])
              .isCloseTo(y, within(rounding * (1 + Math.abs(gain[c]))));
        }
        for (int c = 0; c < features; c++) {
          int i = at(b, c, t, features, steps);
          double h = (x[i] - mean) * scale;
          double dx = scale * (gain[c] * (double) dy[i] - sum - h * product);
          double bound = 50 * ULP * scale * size * (1 + Math.abs(h)) * (1 + 14 * scale);
          assertThat((double) gradients.input()[i]).isCloseTo(dx, within(bound));
        }
      }
    }
    for (int c = 0; c < features; c++) {
      assertThat((double) gradients.gain()[c]).isCloseTo(gainGradient[c], within(gainBound[c]));
      assertThat((double) gradients.bias()[c]).isCloseTo(biasGradient[c], within(biasBound[c]));
    }
  }

  @Test
  void equalFeaturesGiveTheBiasAndNoGradient() {
    float[] x = {7, 7, 7, 7, 7, 7};
    FloatNorm norm = new FloatNorm(1, 3, 2, true, EPSILON);
    FloatNorm.Forward forward = norm.forward(x, new float[] {2, 3, 5}, new float[] {11, 13, 17});
    assertThat(forward.output()).containsExactly(11, 11, 13, 13, 17, 17);
    float[] dy = {1, 1, 1, 1, 1, 1};
    FloatNorm.Gradients gradients =
        norm.backward(x, new float[] {1, 1, 1}, forward.means(), forward.scales(), dy);
    assertThat(gradients.input()).containsExactly(new float[6], within(1e-4f));
    assertThat(gradients.bias()).containsExactly(2, 2, 2);
  }

  @Test
  void isTheSameForAnyNumberOfThreads() {
    Random random = new Random(5);
    int length = 7 * 61 * 509;
    float[] x = numbers(random, length, 1, 0);
    float[] dy = numbers(random, length, 1, 0);
    float[] gain = numbers(random, 61, 1, 1);
    FloatNorm norm = new FloatNorm(7, 61, 509, true, EPSILON);
    FloatNorm.Forward one = withThreads(1, () -> norm.forward(x, gain, gain));
    FloatNorm.Forward three = withThreads(3, () -> norm.forward(x, gain, gain));
    assertThat(three.output()).isEqualTo(one.output());
    FloatNorm.Gradients ofOne =
        withThreads(1, () -> norm.backward(x, gain, one.means(), one.scales(), dy));
    FloatNorm.Gradients ofThree =
        withThreads(3, () -> norm.backward(x, gain, one.means(), one.scales(), dy));
    assertThat(ofThree.input()).isEqualTo(ofOne.input());
    assertThat(ofThree.gain()).isEqualTo(ofOne.gain());
    assertThat(ofThree.bias()).isEqualTo(ofOne.bias());
  }

  private static <T> T withThreads(int threads, java.util.function.Supplier<T> work) {
    String before = System.getProperty(Workers.PROPERTY);
    System.setProperty(Workers.PROPERTY, String.valueOf(threads));
    try {
      return work.get();
    } finally {
      if (before == null) {
        System.clearProperty(Workers.PROPERTY);
      } else {
        System.setProperty(Workers.PROPERTY, before);
      }
    }
  }

  private static int at(int b, int c, int t, int features, int steps) {
    return (b * features + c) * steps + t;
  }

  private static float[] numbers(Random random, int length, double spread, double middle) {
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = (float) (middle + spread * random.nextGaussian());
    }
    return numbers;
  }
}
