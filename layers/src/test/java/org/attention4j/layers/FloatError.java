package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How far results in FLOAT may be from the same results in DOUBLE, by an error analysis.
 *
 * <p>Two paths in FLOAT say little about each other: each is to be compared with DOUBLE. With u the
 * unit roundoff, n the length of the longest sum and S the size of what is summed, the rounding of
 * the sums is about {@code sqrt(n) u S} (N. Higham and T. Mary, 2019, "A new approach to
 * probabilistic rounding error analysis"). The rounding of everything before the sums acts like a
 * relative change u of what the sums read; it gives as much as the result in DOUBLE moves by such a
 * change. So
 *
 * <pre>{@code error <= 4 sqrt(n) (u S + move)}</pre>
 *
 * <p>S is the size of the largest gradient of the pass, not that of the array itself: the gradient
 * by the bias of the keys is a sum of terms as large as those of the other gradients, and for a map
 * that no shift of the row changes it is exactly zero. What FLOAT gives there is rounding alone.
 */
record FloatError(Map<String, INDArray> exact, Map<String, INDArray> moved, int longestSum) {
  /** The unit roundoff of FLOAT. */
  static final double UNIT = 0x1p-24;

  /** Four standard deviations: a test of some thousand numbers never sees a larger one. */
  private static final int DEVIATIONS = 4;

  /** Multiplies by {@code 1 + u} or {@code 1 - u}, at random. */
  static INDArray moved(INDArray values, Random random) {
    INDArray factors = Nd4j.create(DataType.DOUBLE, values.length());
    for (int i = 0; i < values.length(); i++) {
      factors.putScalar(i, random.nextBoolean() ? 1 + UNIT : 1 - UNIT);
    }
    return values.mul(factors.reshape(values.shape()));
  }

  /**
   * Holds the results of one pass in FLOAT to the bound.
   *
   * @param path what stands in the message
   * @param actual the output first, then all gradients
   */
  void assertHeldBy(String path, Map<String, INDArray> actual) {
    assertThat(actual.keySet()).isEqualTo(exact.keySet());
    double gradients = size(exact.values().stream().skip(1).toList());
    actual.forEach(
        (name, array) -> {
          boolean output = name.equals(exact.keySet().iterator().next());
          double size = output ? size(List.of(exact.get(name))) : gradients;
          double move = LayerPass.distance(moved.get(name), exact.get(name));
          double bound = DEVIATIONS * Math.sqrt(longestSum) * (UNIT * size + move);
          assertThat(LayerPass.distance(array.castTo(DataType.DOUBLE), exact.get(name)))
              .as("%s: %s", path, name)
              .isLessThanOrEqualTo(bound);
        });
  }

  private static double size(Collection<INDArray> arrays) {
    return arrays.stream().mapToDouble(a -> a.amaxNumber().doubleValue()).max().orElse(0);
  }
}
