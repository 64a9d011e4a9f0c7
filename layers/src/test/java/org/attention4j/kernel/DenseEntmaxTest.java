package org.attention4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.Stream;
import org.attention4j.internal.attention.HeadContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows in which many entries have a weight, against halving in double precision. */
class DenseEntmaxTest {
  private static final double[] ALPHAS = {1.5, 2};
  private static final double[] DEVIATIONS = {0, 1e-3, 0.1, 1, 3};
  private static final int[] LENGTHS = {1, 2, 17, 131, 1009};

  static Stream<Arguments> rows() {
    Stream.Builder<Arguments> rows = Stream.builder();
    for (double alpha : ALPHAS) {
      for (double deviation : DEVIATIONS) {
        for (int length : LENGTHS) {
          rows.add(Arguments.of(alpha, deviation, length));
        }
      }
    }
    return rows.build();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void weightsAndGradients(double alpha, double deviation, int length) {
    Random random = new Random(length);
    float[] scores = new float[length];
    float[] gradient = new float[length];
    for (int i = 0; i < length; i++) {
      scores[i] = (float) (deviation * random.nextGaussian());
      gradient[i] = (float) random.nextGaussian();
    }
    double[] expected = byHalving(scores, alpha);
    double[] expectedGradient = gradient(expected, gradient, alpha);
    float max = Float.NEGATIVE_INFINITY;
    for (float score : scores) {
      max = Math.max(max, score);
    }
    FloatRow weights = new FloatRow().over(scores, 0, length);
    if (alpha == 1.5) {
      DenseEntmax.forward(weights, max);
    } else {
      EntmaxKernel.forward(weights, new HeadContext(0, DenseThreshold.VALUES), alpha);
    }
    FloatRow arriving = new FloatRow().over(gradient, 0, length);
    DenseEntmax.backward(weights, arriving, alpha);
    for (int i = 0; i < length; i++) {
      assertThat(weights.get(i)).isCloseTo(expected[i], within(1e-6));
      assertThat(arriving.get(i)).isCloseTo(expectedGradient[i], within(1e-5));
    }
  }

  private static double[] byHalving(float[] z, double alpha) {
    double max = Double.NEGATIVE_INFINITY;
    for (float score : z) {
      max = Math.max(max, score);
    }
    double low = -1;
    double high = 0;
    double[] weights = new double[z.length];
    for (int step = 0; step < 100; step++) {
      double tau = (low + high) / 2;
      double sum = 0;
      for (int i = 0; i < z.length; i++) {
        double base = Math.max(0, (alpha - 1) * ((double) z[i] - max) - tau);
        weights[i] = Math.pow(base, 1 / (alpha - 1));
        sum += weights[i];
      }
      if (sum > 1) {
        low = tau;
      } else {
        high = tau;
      }
    }
    return weights;
  }

  private static double[] gradient(double[] weights, float[] arriving, double alpha) {
    double sum = 0;
    double mean = 0;
    double[] slopes = new double[weights.length];
    for (int i = 0; i < weights.length; i++) {
      slopes[i] = weights[i] > 0 ? Math.pow(weights[i], 2 - alpha) : 0;
      sum += slopes[i];
      mean += slopes[i] * arriving[i];
    }
    double[] gradient = new double[weights.length];
    for (int i = 0; i < weights.length; i++) {
      gradient[i] = slopes[i] * (arriving[i] - mean / sum);
    }
    return gradient;
  }
}
