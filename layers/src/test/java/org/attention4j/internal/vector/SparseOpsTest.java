package org.attention4j.internal.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.attention4j.internal.vector.RandomParts.FROM;

import java.util.Arrays;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Products with chosen rows against the definition. */
class SparseOpsTest {
  private static final Offset<Float> CLOSE = within(2e-5f);

  private final RandomParts parts = new RandomParts(11);

  static Stream<SparseOps> implementations() {
    SparseOps plain = new ScalarSparseOps();
    return FloatOps.VECTORS ? Stream.of(plain, FloatOps.SPARSE) : Stream.of(plain);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void chosenRows(SparseOps ops) {
    for (int count = 0; count <= 70; count++) {
      int panel = FloatOps.TILES.panel();
      for (int width :
          new int[] {panel / 2, panel, SparseOps.PAIR * panel, SparseOps.WIDE * panel}) {
        int stride = width + 3;
        int[] indices = parts.indices(count + 1, 17);
        float[] b = parts.numbers(17 * stride);
        float[] w = parts.numbers(count);
        float[] x = parts.numbers(width);
        gather(ops, width, stride, count, indices, b, w);
        gatherDots(ops, width, stride, count, indices, b, x);
        if (width <= SparseOps.PAIR * panel) {
          scatter(ops, width, stride, count, indices, b, w, x);
        }
      }
    }
  }

  private void gather(
      SparseOps ops, int width, int stride, int count, int[] indices, float[] b, float[] w) {
    float[] y = parts.numbers(width);
    float[] expected = y.clone();
    for (int column = 0; column < width; column++) {
      double sum = y[5 + column];
      for (int j = 0; j < count; j++) {
        sum += (double) w[2 + j] * b[FROM + indices[1 + j] * stride + column];
      }
      expected[5 + column] = (float) sum;
    }
    ops.gather(w, 2, indices, 1, count, b, FROM, stride, width, y, 5);
    assertThat(y).containsExactly(expected, CLOSE);
  }

  private void gatherDots(
      SparseOps ops, int width, int stride, int count, int[] indices, float[] b, float[] x) {
    float[] g = parts.numbers(count);
    float[] expected = g.clone();
    for (int j = 0; j < count; j++) {
      double sum = g[5 + j];
      for (int column = 0; column < width; column++) {
        sum += (double) x[2 + column] * b[FROM + indices[1 + j] * stride + column];
      }
      expected[5 + j] = (float) sum;
    }
    ops.gatherDots(b, FROM, stride, width, indices, 1, count, x, 2, g, 5);
    assertThat(g).containsExactly(expected, CLOSE);
  }

  private static void scatter(
      SparseOps ops,
      int width,
      int stride,
      int count,
      int[] indices,
      float[] b,
      float[] w,
      float[] x) {
    float[] actual = b.clone();
    double[] sums = new double[b.length];
    Arrays.setAll(sums, i -> b[i]);
    for (int j = 0; j < count; j++) {
      for (int column = 0; column < width; column++) {
        sums[FROM + indices[1 + j] * stride + column] += (double) w[2 + j] * x[4 + column];
      }
    }
    ops.scatter(w, 2, indices, 1, count, x, 4, actual, FROM, stride, width);
    float[] expected = new float[sums.length];
    for (int i = 0; i < sums.length; i++) {
      expected[i] = (float) sums[i];
    }
    assertThat(actual).containsExactly(expected, CLOSE);
  }
}
