package org.attention4j.normalizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attention4j.contract.NormalizerGraph;
import org.attention4j.contract.RowBatch;
import org.attention4j.contract.RowBatch.Scores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Every built-in map over batches of rows, against plain Java references, and its traits. */
class NormalizerRowsTest {
  private static final List<NormalizerUnderTest> MAPS = NormalizerUnderTest.all();

  static Stream<Arguments> mapsAndScores() {
    return MAPS.stream()
        .flatMap(map -> Arrays.stream(Scores.values()).map(scores -> Arguments.of(map, scores)));
  }

  @ParameterizedTest
  @MethodSource("mapsAndScores")
  void matchesTheReferenceInDouble(NormalizerUnderTest map, Scores scores) {
    assertMatches(map, scores, DataType.DOUBLE, 1e-10);
  }

  @ParameterizedTest
  @MethodSource("mapsAndScores")
  void matchesTheReferenceInFloat(NormalizerUnderTest map, Scores scores) {
    // Without a shift to take off first, the product of a score near 1e4 has lost its third
    // decimal.
    assumeFalse(
        scores == Scores.FAR
            && (map.normalizer() instanceof ScaledByLogLength
                || map.normalizer() instanceof Llama4Scale)
            && !has(map, Trait.SHIFT_INVARIANT));
    assertMatches(map, scores, DataType.FLOAT, 1e-5);
  }

  private static void assertMatches(
      NormalizerUnderTest map, Scores scores, DataType type, double tolerance) {
    for (boolean masked : new boolean[] {false, true}) {
      RowBatch batch = RowBatch.random(scores, masked, 29);
      double[] weights = run(map, batch, masked, type).weights();
      for (int row = 0; row < batch.rows(); row++) {
        double[] expected = everyKey(batch, row, map);
        // A weight that may be far above one is held to its leading digits.
        double size = Math.max(1, ReferenceNormalizers.max(expected));
        assertThat(row(weights, batch, row))
            .as("row %d, masked %s", row, masked)
            .containsExactly(expected, within(tolerance * size));
      }
    }
  }

  @ParameterizedTest
  @FieldSource("MAPS")
  void onlyMapsThatSaySoGiveExactZeros(NormalizerUnderTest map) {
    RowBatch usual = RowBatch.random(Scores.USUAL, false, 43, 2, 3, 5, 101);
    // Wide enough for entmax with an alpha near one, not so wide that exponentials vanish.
    RowBatch batch = usual.withScores(ReferenceNormalizers.map(usual.scores(), z -> 6 * z));
    double[] weights = run(map, batch, false, DataType.DOUBLE).weights();
    assertThat(Arrays.stream(weights).anyMatch(p -> p == 0))
        .isEqualTo(has(map, Trait.EXACT_ZEROS) && !keepsEveryKey(map.normalizer()));
  }

  private static boolean keepsEveryKey(Normalizer normalizer) {
    return normalizer.equals(Normalizers.topK(1000))
        || normalizer.equals(Normalizers.topFraction(1));
  }

  @ParameterizedTest
  @FieldSource("MAPS")
  void aShiftOfTheRowChangesOnlyMapsThatSaySo(NormalizerUnderTest map) {
    RowBatch batch = RowBatch.random(Scores.USUAL, true, 47);
    RowBatch shifted = batch.withScores(ReferenceNormalizers.map(batch.scores(), z -> z + 1.75));
    double[] before = run(map, batch, true, DataType.DOUBLE).weights();
    double[] after = run(map, shifted, true, DataType.DOUBLE).weights();
    double change =
        IntStream.range(0, before.length)
            .mapToDouble(i -> Math.abs(after[i] - before[i]))
            .max()
            .orElseThrow();
    if (has(map, Trait.SHIFT_INVARIANT)) {
      assertThat(change).isLessThan(1e-12);
    } else {
      assertThat(change).isGreaterThan(1e-3);
    }
  }

  /** Thirty more visible keys, far below all others, change what depends on the length. */
  @ParameterizedTest
  @FieldSource("MAPS")
  void keysFarBelowChangeOnlyLengthAwareMaps(NormalizerUnderTest map) {
    RowBatch shorter = RowBatch.random(Scores.USUAL, false, 59);
    int keys = shorter.keys() + 30;
    double[] scores = new double[shorter.rows() * keys];
    for (int i = 0; i < scores.length; i++) {
      int key = i % keys;
      scores[i] = key < 11 ? shorter.scores()[i / keys * 11 + key] : -1e3;
    }
    RowBatch longer = RowBatch.random(Scores.USUAL, false, 59, 2, 3, 5, keys).withScores(scores);
    double[] before = run(map, shorter, false, DataType.DOUBLE).weights();
    double[] after = run(map, longer, false, DataType.DOUBLE).weights();
    double change = 0;
    for (int i = 0; i < before.length; i++) {
      change = Math.max(change, Math.abs(before[i] - after[i / 11 * keys + i % 11]));
    }
    if (has(map, Trait.LENGTH_AWARE) && !keepsEveryKey(map.normalizer())) {
      assertThat(change).isGreaterThan(1e-3);
    } else if (has(map, Trait.SHIFT_INVARIANT)) {
      assertThat(change).isLessThan(1e-12);
    }
  }

  @ParameterizedTest
  @MethodSource("mapsAndScores")
  void topKeepsTheRightNumberOfKeys(NormalizerUnderTest map, Scores scores) {
    // Weights far below the row's largest underflow; the selection must not.
    if (scores == Scores.HUGE) {
      return;
    }
    RowBatch batch = RowBatch.random(scores, true, 53);
    double[] weights = run(map, batch, true, DataType.FLOAT).weights();
    for (int row = 0; row < batch.rows(); row++) {
      int n = batch.visibleCount(row);
      long kept = Arrays.stream(row(weights, batch, row)).filter(p -> p > 0).count();
      if (map.normalizer() instanceof TopK top) {
        assertThat(kept).isEqualTo(Math.min(top.k(), n));
      } else if (map.normalizer() instanceof TopFraction top) {
        assertThat(kept).isEqualTo((long) Math.ceil(top.fraction() * n));
      } else if (map.normalizer().equals(Normalizers.topPower(1, 0.5))) {
        assertThat(kept).isEqualTo(n == 0 ? 0 : ReferenceNormalizers.powerCount(n, 1, 1, 1, 2));
      }
    }
  }

  private static boolean has(NormalizerUnderTest map, Trait trait) {
    return map.normalizer().traits().contains(trait);
  }

  private static NormalizerGraph.Result run(
      NormalizerUnderTest map, RowBatch batch, boolean masked, DataType type) {
    return new NormalizerGraph(map.normalizer(), batch.heads(), masked, type)
        .run(batch, map.parameters());
  }

  private static double[] row(double[] values, RowBatch batch, int row) {
    return Arrays.copyOfRange(values, row * batch.keys(), (row + 1) * batch.keys());
  }

  /** The reference's weights of a row, zero at masked keys. */
  private static double[] everyKey(RowBatch batch, int row, NormalizerUnderTest map) {
    double[] result = new double[batch.keys()];
    if (batch.visibleCount(row) == 0) {
      return result;
    }
    double[] weights = map.expected(batch, row);
    int next = 0;
    for (int key = 0; key < result.length; key++) {
      result[key] = batch.isVisible(row, key) ? weights[next++] : 0;
    }
    return result;
  }
}
