package org.attention4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The inner loops with vectors against those without for rows of every short length, and both
 * against the definition for products, whose tiles depend on the size of a vector.
 */
class LanesTest {
  private static final int FROM = 3;
  private static final int BEHIND = 67;
  private static final Offset<Float> CLOSE = within(2e-5f);

  private final Lanes scalar = new ScalarLanes();
  private Random random = new Random(1);

  @BeforeEach
  void seed() {
    random = new Random(11);
  }

  static IntStream lengths() {
    return IntStream.rangeClosed(0, 70);
  }

  static Stream<Lanes> roads() {
    Lanes chosen = Lanes.LANES;
    Lanes plain = new ScalarLanes();
    return chosen instanceof ScalarLanes ? Stream.of(plain) : Stream.of(plain, chosen);
  }

  private static Lanes vectors() {
    assumeFalse(
        Lanes.LANES instanceof ScalarLanes,
        "There are no vectors without --add-modules jdk.incubator.vector.");
    return Lanes.LANES;
  }

  /** With zeros in it, and room before and behind. */
  private float[] numbers(int length) {
    float[] numbers = new float[FROM + length + BEHIND];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = random.nextInt(5) == 0 ? 0 : (float) random.nextGaussian();
    }
    return numbers;
  }

  private interface RowAction {
    double on(Lanes lanes, float[] x);
  }

  /** Both roads do the same to the row and leave what is around it. */
  private void same(int length, RowAction action) {
    float[] x = numbers(length);
    float[] one = x.clone();
    float[] other = x.clone();
    double expected = action.on(scalar, one);
    double actual = action.on(vectors(), other);
    if (length > 0) {
      assertThat(actual).isCloseTo(expected, within(2e-5));
    } else {
      assertThat(actual).isEqualTo(expected);
    }
    assertThat(other).containsExactly(one, CLOSE);
    assertThat(Arrays.copyOf(other, FROM)).isEqualTo(Arrays.copyOf(x, FROM));
    assertThat(Arrays.copyOfRange(other, FROM + length, x.length))
        .isEqualTo(Arrays.copyOfRange(x, FROM + length, x.length));
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void sums(int length) {
    float[] y = numbers(length + 4);
    same(length, (lanes, x) -> lanes.max(x, FROM, length));
    same(length, (lanes, x) -> lanes.sum(x, FROM, length));
    same(length, (lanes, x) -> lanes.dot(x, FROM, y, 7, length));
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void replacements(int length) {
    float[] y = numbers(length + 4);
    RowAction[] actions = {
      (lanes, x) -> {
        lanes.affine(x, FROM, length, 0.37f, -1.3f);
        return 0;
      },
      (lanes, x) -> {
        lanes.sigmoid(x, FROM, length, 0.37f);
        return 0;
      },
      (lanes, x) -> {
        lanes.add(x, FROM, y, 7, length, -1.3f);
        return 0;
      },
      (lanes, x) -> lanes.exp(x, FROM, length, 2.3f, 0.7f),
      (lanes, x) -> {
        lanes.center(x, FROM, y, 7, length, 0.37f, -1.3f);
        return 0;
      },
      (lanes, x) -> {
        lanes.subtractDistances(x, FROM, length, 0.25f, 13, positions(length + 5), 5);
        return 0;
      }
    };
    for (RowAction action : actions) {
      same(length, action);
    }
  }

  private static float[] positions(int length) {
    float[] positions = new float[length];
    for (int i = 0; i < length; i++) {
      positions[i] = 2 * i;
    }
    return positions;
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void indices(int length) {
    vectors();
    float[] x = numbers(length);
    for (float threshold : new float[] {-9, 0, 0.7f, x[FROM + length / 2], 9}) {
      int[] expected = IntStream.range(0, length).filter(i -> x[FROM + i] >= threshold).toArray();
      for (Lanes lanes : roads().toList()) {
        int[] indices = new int[length];
        int count = lanes.atLeast(x, FROM, length, threshold, indices);
        assertThat(Arrays.copyOf(indices, count)).isEqualTo(expected);
        assertThat(lanes.count(x, FROM, length, threshold)).isEqualTo(expected.length);
      }
    }
    int[] expected = IntStream.range(0, length).filter(i -> x[FROM + i] != 0).toArray();
    for (Lanes lanes : roads().toList()) {
      int[] indices = new int[length];
      int count = lanes.nonZero(x, FROM, length, indices);
      assertThat(Arrays.copyOf(indices, count)).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("roads")
  void tiles(Lanes lanes) {
    for (int depth = 0; depth <= 70; depth++) {
      for (boolean add : new boolean[] {false, true}) {
        for (boolean narrow : new boolean[] {false, true}) {
          tile(lanes, depth, depth + 3, add, narrow);
          tile(lanes, depth, lanes.stride(depth), add, narrow);
        }
      }
    }
  }

  private void tile(Lanes lanes, int depth, int lda, boolean add, boolean narrow) {
    int tiles = depth % 3; // none as well
    int rows = tiles * (narrow ? Lanes.NARROW_TILE_ROWS : Lanes.TILE_ROWS);
    int columns = narrow ? lanes.panel() / 2 : lanes.panel();
    int ldc = columns + 5;
    float[] a = numbers(rows * lda);
    float[] b = numbers(depth * columns);
    float[] c = numbers(rows * ldc);
    float[] grouped = c.clone();
    float[] expected = c.clone();
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        double sum = add ? c[FROM + row * ldc + column] : 0;
        for (int t = 0; t < depth; t++) {
          sum += (double) a[1 + row * lda + t] * b[2 + t * columns + column];
        }
        expected[FROM + row * ldc + column] = (float) sum;
      }
    }
    if (narrow) {
      lanes.multiplyNarrowTiles(tiles, a, 1, lda, b, 2, depth, c, FROM, ldc, add);
      assertThat(c).containsExactly(expected, CLOSE);
    } else {
      if (depth % 2 == 0) {
        lanes.multiplyTiles(tiles, a, 1, lda, b, 2, depth, c, FROM, ldc, add);
        assertThat(c).containsExactly(expected, CLOSE);
      }
      int step = Lanes.TILE_ROWS * depth + 7;
      float[] groups = numbers(tiles * step);
      for (int row = 0; row < rows; row++) {
        for (int t = 0; t < depth; t++) {
          int at = row / Lanes.TILE_ROWS * step + t * Lanes.TILE_ROWS + row % Lanes.TILE_ROWS;
          groups[5 + at] = a[1 + row * lda + t];
        }
      }
      lanes.multiplyGroups(tiles, groups, 5, step, b, 2, depth, grouped, FROM, ldc, add);
      assertThat(grouped).containsExactly(expected, CLOSE);
    }
  }

  @ParameterizedTest
  @MethodSource("roads")
  void chosenRows(Lanes lanes) {
    for (int count = 0; count <= 70; count++) {
      int panel = lanes.panel();
      for (int width : new int[] {panel / 2, panel, Lanes.WIDE * panel}) {
        int stride = width + 3;
        int[] indices = random.ints(count + 1L, 0, 17).toArray();
        float[] b = numbers(17 * stride);
        float[] w = numbers(count);
        float[] x = numbers(width);
        gather(lanes, width, stride, count, indices, b, w);
        gatherDots(lanes, width, stride, count, indices, b, x);
        scatter(lanes, width, stride, count, indices, b, w, x);
      }
    }
  }

  private void gather(
      Lanes lanes, int width, int stride, int count, int[] indices, float[] b, float[] w) {
    float[] y = numbers(width);
    float[] expected = y.clone();
    for (int column = 0; column < width; column++) {
      double sum = y[5 + column];
      for (int j = 0; j < count; j++) {
        sum += (double) w[2 + j] * b[FROM + indices[1 + j] * stride + column];
      }
      expected[5 + column] = (float) sum;
    }
    lanes.gather(w, 2, indices, 1, count, b, FROM, stride, width, y, 5);
    assertThat(y).containsExactly(expected, CLOSE);
  }

  private void gatherDots(
      Lanes lanes, int width, int stride, int count, int[] indices, float[] b, float[] x) {
    float[] g = numbers(count);
    float[] expected = g.clone();
    for (int j = 0; j < count; j++) {
      double sum = g[5 + j];
      for (int column = 0; column < width; column++) {
        sum += (double) x[2 + column] * b[FROM + indices[1 + j] * stride + column];
      }
      expected[5 + j] = (float) sum;
    }
    lanes.gatherDots(b, FROM, stride, width, indices, 1, count, x, 2, g, 5);
    assertThat(g).containsExactly(expected, CLOSE);
  }

  private static void scatter(
      Lanes lanes,
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
    lanes.scatter(w, 2, indices, 1, count, x, 4, actual, FROM, stride, width);
    assertThat(actual).containsExactly(AttentionPass.floats(sums), CLOSE);
  }
}
