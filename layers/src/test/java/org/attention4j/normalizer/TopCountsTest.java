package org.attention4j.normalizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attention4j.contract.NormalizerGraph;
import org.attention4j.contract.RowBatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * How many keys top-power and top-p keep, where rounding could decide it: the same on both paths
 * and in every type.
 */
class TopCountsTest {
  private static final List<DataType> TYPES = List.of(DataType.DOUBLE, DataType.FLOAT);

  static Stream<Arguments> powers() {
    return Stream.of(
        Arguments.of(1, 1, 1, 2),
        Arguments.of(1, 1, 1, 3),
        Arguments.of(1, 1, 2, 3),
        Arguments.of(1, 10, 1, 2),
        Arguments.of(3, 10, 3, 4),
        Arguments.of(7, 1, 1, 5));
  }

  /** Squares, cubes and all other lengths; the row is all ties, so that k is what is kept. */
  @ParameterizedTest
  @MethodSource("powers")
  void topPowerOnTheGraph(int over, int under, int p, int q) {
    Normalizer normalizer = Normalizers.topPower((double) over / under, (double) p / q);
    int keys = 1031;
    int[] lengths =
        IntStream.concat(
                IntStream.rangeClosed(1, 130),
                IntStream.of(216, 243, 256, 343, 400, 512, 625, 729, 900, 961, 1000, 1024))
            .toArray();
    double[] zeros = new double[lengths.length * keys];
    double[] visible = new double[zeros.length];
    for (int row = 0; row < lengths.length; row++) {
      Arrays.fill(visible, row * keys, row * keys + lengths[row], 1);
    }
    RowBatch batch = new RowBatch(1, 1, lengths.length, keys, zeros, visible, zeros);
    for (DataType type : TYPES) {
      double[] weights =
          new NormalizerGraph(normalizer, 1, true, type).run(batch, Map.of()).weights();
      for (int row = 0; row < lengths.length; row++) {
        assertThat(kept(Arrays.copyOfRange(weights, row * keys, (row + 1) * keys)))
            .as("%s of %s keys", type, lengths[row])
            .isEqualTo(ReferenceNormalizers.powerCount(lengths[row], over, under, p, q));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("powers")
  void topPowerInTheKernel(int over, int under, int p, int q) {
    Normalizer normalizer = Normalizers.topPower((double) over / under, (double) p / q);
    for (int n = 1; n <= 1331; n += n < 700 ? 1 : 7) {
      for (DataType type : TYPES) {
        RowEvaluation row = RowEvaluation.ofKernel(normalizer, new double[n], new double[n], type);
        assertThat(kept(GoldenCase.array(row.weights())))
            .as("%s of %s keys", type, n)
            .isEqualTo(ReferenceNormalizers.powerCount(n, over, under, p, q));
      }
    }
  }

  /**
   * Of equal scores ceil(p n) are kept, the first ones; a product of p is not above a whole one.
   */
  @ParameterizedTest
  @CsvSource({
    "0.5, 10, 5",
    "0.7, 10, 7",
    "0.3, 10, 3",
    "0.55, 100, 55",
    "0.9, 10, 9",
    "0.9, 11, 10",
    "0.1, 1000, 100",
    "0.001, 1000, 1",
    "0.0001, 1000, 1",
    "0.999, 1000, 999",
    "0.6, 1, 1",
    "0.999999, 37, 37"
  })
  void topPOfEqualScores(double p, int n, int expected) {
    double[] scores = new double[n];
    Arrays.fill(scores, -3.7);
    for (DataType type : TYPES) {
      for (RowEvaluation row : both(Normalizers.topP(p), scores, type)) {
        double[] weights = GoldenCase.array(row.weights());
        assertThat(kept(weights)).isEqualTo(expected);
        assertThat(Arrays.stream(weights).limit(expected)).allMatch(w -> w > 0);
      }
    }
  }

  /**
   * Weights 1/2, 1/8, 1/8, 1/8, 1/8 have partial sums that are met exactly; one score more in
   * between is decided by the sum, not by rounding.
   */
  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void topPOfSumsThatAreMet(DataType type) {
    double quarter = Math.log(0.25);
    double[] scores = {quarter, quarter, 0, quarter, quarter};
    double[][] expected = {
      {0.5, 0, 0, 1, 0, 0},
      {0.500001, 1, 0, 1, 0, 0},
      {0.625, 1, 0, 1, 0, 0},
      {0.626, 1, 1, 1, 0, 0},
      {0.75, 1, 1, 1, 0, 0},
      {0.875, 1, 1, 1, 1, 0},
      {0.876, 1, 1, 1, 1, 1},
    };
    // In FLOAT log(1/4) is rounded, and the sums are not met exactly.
    int step = type == DataType.DOUBLE ? 1 : 3;
    for (int i = 0; i < expected.length; i += step) {
      for (RowEvaluation row : both(Normalizers.topP(expected[i][0]), scores, type)) {
        int[] kept = row.weights().stream().mapToInt(w -> w > 0 ? 1 : 0).toArray();
        int[] wanted = Arrays.stream(expected[i]).skip(1).mapToInt(x -> (int) x).toArray();
        assertThat(kept).as("p = %s", expected[i][0]).isEqualTo(wanted);
      }
    }
  }

  private static List<RowEvaluation> both(Normalizer normalizer, double[] scores, DataType type) {
    double[] gradient = new double[scores.length];
    return List.of(
        RowEvaluation.of(normalizer, scores, gradient, type),
        RowEvaluation.ofKernel(normalizer, scores, gradient, type));
  }

  private static int kept(double[] weights) {
    return (int) Arrays.stream(weights).filter(w -> w > 0).count();
  }
}
