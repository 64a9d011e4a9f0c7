package org.attention4j.internal.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both implementations of {@link SoftmaxOps} against formulas in DOUBLE. */
class SoftmaxOpsTest {
  private static final double UNIT = 0x1p-24;
  private static final int AT = 5;

  private final Random random = new Random(31);

  private static SoftmaxOps[] implementations() {
    return FloatOps.VECTORS
        ? new SoftmaxOps[] {new ScalarSoftmaxOps(), new VectorSoftmaxOps()}
        : new SoftmaxOps[] {new ScalarSoftmaxOps()};
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 16, 53})
  void followTheirFormulas(int length) {
    for (SoftmaxOps ops : implementations()) {
      float[] x = values(AT + length + 3);
      float[] given = x.clone();
      float[] maxima = values(length);
      float[] others = maxima.clone();
      ops.max(maxima, x, AT, length);
      for (int c = 0; c < length; c++) {
        assertThat(maxima[c]).isEqualTo(Math.max(others[c], given[AT + c]));
      }
      float[] sums = values(length);
      float[] begun = sums.clone();
      ops.exp(x, AT, length, maxima, sums);
      for (int c = 0; c < length; c++) {
        double e = Math.exp((double) given[AT + c] - maxima[c]);
        assertThat((double) x[AT + c]).isCloseTo(e, within(4 * UNIT * (1 + Math.abs(maxima[c]))));
        assertThat(sums[c]).isEqualTo(begun[c] + x[AT + c]);
      }
      float[] powers = x.clone();
      ops.scale(x, AT, length, begun, 0.25f);
      for (int c = 0; c < length; c++) {
        assertThat((double) x[AT + c])
            .isCloseTo((double) powers[AT + c] * begun[c] - 0.25, within(2 * UNIT));
      }
      for (int i = 0; i < x.length; i++) {
        if (i < AT || i >= AT + length) {
          assertThat(x[i]).as("outside").isEqualTo(given[i]);
        }
      }
    }
  }

  @Test
  void notANumberStaysNotANumber() {
    for (SoftmaxOps ops : implementations()) {
      float[] x = values(37);
      x[3] = Float.NaN;
      x[36] = Float.NaN;
      float[] maxima = new float[37];
      float[] sums = new float[37];
      ops.max(maxima, x, 0, 37);
      ops.exp(x, 0, 37, maxima, sums);
      for (int c = 0; c < 37; c++) {
        boolean none = c == 3 || c == 36;
        assertThat(Float.isNaN(maxima[c])).isEqualTo(none);
        assertThat(Float.isNaN(x[c])).isEqualTo(none);
        assertThat(Float.isNaN(sums[c])).isEqualTo(none);
      }
    }
  }

  private float[] values(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
