package org.attention4j.internal.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Linear maps of a few steps against plain sums in double. */
class FewStepsLinearTest {
  private static final double UNIT = 0x1p-24;

  @ParameterizedTest
  @CsvSource({"1, 1, 7, 3", "1, 1, 523, 311", "2, 3, 37, 257", "3, 1, 5003, 19", "1, 5, 19, 1031"})
  void areSumsOfProducts(int examples, int steps, int inputs, int outputs) {
    Random random = new Random(7);
    float[] x = numbers(random, examples * inputs * steps);
    float[] along = numbers(random, outputs * inputs);
    float[] across = numbers(random, inputs * outputs);
    float[] bias = numbers(random, outputs);
    float[][] results =
        new FewStepsLinear(
                examples,
                inputs,
                steps,
                x,
                List.of(
                    new FloatLinear.Weights(along, outputs, false, bias),
                    new FloatLinear.Weights(across, outputs, true, null)))
            .forward();
    for (int b = 0; b < examples; b++) {
      for (int o = 0; o < outputs; o++) {
        for (int t = 0; t < steps; t++) {
          double first = bias[o];
          double firstSize = Math.abs(bias[o]);
          double second = 0;
          double secondSize = 0;
          for (int i = 0; i < inputs; i++) {
            double value = x[(b * inputs + i) * steps + t];
            first += along[o * inputs + i] * value;
            firstSize += Math.abs(along[o * inputs + i] * value);
            second += across[i * outputs + o] * value;
            secondSize += Math.abs(across[i * outputs + o] * value);
          }
          int at = (b * outputs + o) * steps + t;
          // A sum of n products of floats, in any order, is off by at most n + 1 roundings of each.
          assertThat((double) results[0][at])
              .isCloseTo(first, within((inputs + 2) * UNIT * firstSize));
          assertThat((double) results[1][at])
              .isCloseTo(second, within((inputs + 2) * UNIT * secondSize));
        }
      }
    }
  }

  private static float[] numbers(Random random, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }
}
