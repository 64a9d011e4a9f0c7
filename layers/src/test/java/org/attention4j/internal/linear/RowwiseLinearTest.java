package org.attention4j.internal.linear;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.attention4j.internal.linear.FloatLinear.Between;
import org.attention4j.internal.linear.FloatLinear.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The same sums, to the last bit, as one long sequence has that {@link FloatLinear} cuts by its
 * steps.
 */
class RowwiseLinearTest {
  private static final int INPUTS = 277;
  private static final int OUTPUTS = 281;
  private static final int OTHER = 67;
  private static final int HIDDEN = 293;

  private final Random random = new Random(29);

  private float[] values(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** A sequence after the other, [features, b T], from [b, features, T]. */
  private static float[] joined(float[] x, int examples, int features, int steps) {
    float[] joined = new float[x.length];
    for (int b = 0; b < examples; b++) {
      for (int c = 0; c < features; c++) {
        System.arraycopy(
            x, (b * features + c) * steps, joined, c * examples * steps + b * steps, steps);
      }
    }
    return joined;
  }

  /** The same with zeros after them, so many that they are cut by steps. */
  private static float[] padded(float[] joined, int features, int columns, int length) {
    float[] padded = new float[features * length];
    for (int c = 0; c < features; c++) {
      System.arraycopy(joined, c * columns, padded, c * length, columns);
    }
    return padded;
  }

  private static float[] cut(float[] padded, int features, int columns, int length) {
    float[] cut = new float[features * columns];
    for (int c = 0; c < features; c++) {
      System.arraycopy(padded, c * length, cut, c * columns, columns);
    }
    return cut;
  }

  @ParameterizedTest(name = "{0} examples of {1} steps")
  @CsvSource({"1, 1", "1, 31", "3, 32", "11, 29", "2, 257", "1, 523", "7, 5"})
  void sumsAreThoseOfLongSequences(int examples, int steps) {
    int columns = examples * steps;
    int length = 1031;
    List<Weights> maps =
        List.of(
            new Weights(values(OUTPUTS * INPUTS), OUTPUTS, false, values(OUTPUTS)),
            new Weights(values(INPUTS * OTHER), OTHER, true, null));
    assertThat(RowwiseLinear.isFor(INPUTS, OUTPUTS + OTHER, columns)).isTrue();
    assertThat(RowwiseLinear.isFor(INPUTS, OUTPUTS + OTHER, length)).isFalse();
    float[] x = values(examples * INPUTS * steps);
    float[] all = padded(joined(x, examples, INPUTS, steps), INPUTS, columns, length);

    float[][] y = new FloatLinear(examples, INPUTS, steps, x, maps).forward();

    float[][] expected = new FloatLinear(1, INPUTS, length, all, maps).forward();
    for (int j = 0; j < y.length; j++) {
      int features = maps.get(j).outputs();
      assertThat(joined(y[j], examples, features, steps))
          .isEqualTo(cut(expected[j], features, columns, length));
    }
  }

  @ParameterizedTest(name = "{0} examples of {1} steps, gated: {2}")
  @CsvSource({"1, 1, false", "3, 32, true", "5, 29, false", "2, 73, true", "1, 146, false"})
  void whatLiesBetweenIsApplied(int examples, int steps, boolean gated) {
    int columns = examples * steps;
    int length = 1031;
    Weights first = new Weights(values(HIDDEN * INPUTS), HIDDEN, false, values(HIDDEN));
    Weights gate = new Weights(values(INPUTS * HIDDEN), HIDDEN, true, values(HIDDEN));
    List<Weights> maps = gated ? List.of(first, gate) : List.of(first);
    Weights last = new Weights(values(OUTPUTS * HIDDEN), OUTPUTS, false, values(OUTPUTS));
    // What is computed for rows beyond the last one must not reach the result.
    Between between =
        (results, starts, count) -> {
          for (int i = 0; i < count; i++) {
            float other = starts.length == 2 ? results[starts[1] + i] : 3;
            results[starts[0] + i] = results[starts[0] + i] * other + 0.5f;
          }
        };
    assertThat(RowwiseLinear.isFor(INPUTS, maps.size(), HIDDEN, OUTPUTS, columns)).isTrue();
    assertThat(RowwiseLinear.isFor(INPUTS, maps.size(), HIDDEN, OUTPUTS, length)).isFalse();
    float[] x = values(examples * INPUTS * steps);
    float[] all = padded(joined(x, examples, INPUTS, steps), INPUTS, columns, length);

    float[] y = new FloatLinear(examples, INPUTS, steps, x, maps).forward(between, last);

    float[] expected = new FloatLinear(1, INPUTS, length, all, maps).forward(between, last);
    assertThat(joined(y, examples, OUTPUTS, steps))
        .isEqualTo(cut(expected, OUTPUTS, columns, length));
    float[][] kept = new float[maps.size()][examples * HIDDEN * steps];
    FloatLinear linear = new FloatLinear(examples, INPUTS, steps, x, maps);
    assertThat(linear.forward(between, last, kept)).isEqualTo(y);
    assertThat(kept).isDeepEqualTo(linear.forward());
  }

  /** Matrices stay where they are; what is laid out across is asked for as a whole, once. */
  @Test
  void matricesAreReadInParts() {
    float[] along = values(OUTPUTS * INPUTS);
    float[] across = values(INPUTS * OUTPUTS);
    int[] wholes = {0, 0};
    List<Weights> maps =
        List.of(
            new Weights(counting(along, wholes, 0), OUTPUTS, false, null),
            new Weights(counting(across, wholes, 1), OUTPUTS, true, null));
    float[] x = values(INPUTS * 61);
    float[][] y = new FloatLinear(1, INPUTS, 61, x, maps).forward();
    assertThat(wholes).containsExactly(0, 1);
    assertThat(y)
        .isDeepEqualTo(
            new FloatLinear(
                    1,
                    INPUTS,
                    61,
                    x,
                    List.of(
                        new Weights(along, OUTPUTS, false, null),
                        new Weights(across, OUTPUTS, true, null)))
                .forward());
  }

  private static StoredMatrix counting(float[] values, int[] wholes, int index) {
    StoredMatrix matrix = StoredMatrix.of(values);
    return new StoredMatrix() {
      @Override
      public void read(int from, int length, float[] to, int at) {
        matrix.read(from, length, to, at);
      }

      @Override
      public float[] whole() {
        wholes[index]++;
        return matrix.whole();
      }
    };
  }
}
