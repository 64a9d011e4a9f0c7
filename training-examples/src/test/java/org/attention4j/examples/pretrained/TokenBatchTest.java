package org.attention4j.examples.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Batches of texts, and what is computed from their features. */
class TokenBatchTest {
  private final List<TokenBatch> batches =
      TokenBatch.of(List.of(new int[] {5}, new int[] {7, 11, 13}, new int[] {17, 19}), 2);

  @Test
  void shortTextsArePadded() {
    assertThat(batches).hasSize(2);
    assertThat(batches.get(0).tokens().toIntMatrix())
        .isDeepEqualTo(new int[][] {{5, 0, 0}, {7, 11, 13}});
    assertThat(batches.get(0).mask().toFloatMatrix())
        .isDeepEqualTo(new float[][] {{1, 0, 0}, {1, 1, 1}});
    assertThat(batches.get(1).tokens().toIntMatrix()).isDeepEqualTo(new int[][] {{17, 19}});
    assertThat(batches.get(1).lengths()).containsExactly(2);
  }

  /** Two features; what stands at padding is large. */
  private static final float[] FEATURES = {3, 4, 99, 99, 99, 99, 1, 0, 2, 0, -3, 5};

  @Test
  void theVectorOfASentenceIsTheMeanOfLengthOne() {
    double[][] vectors = SentenceVectors.of(FEATURES, batches.get(0));
    assertThat(vectors[0]).containsExactly(new double[] {0.6, 0.8}, within(1e-15));
    assertThat(vectors[1]).containsExactly(new double[] {0, 1}, within(1e-15));
    assertThat(SentenceVectors.product(vectors[0], vectors[1])).isCloseTo(0.8, within(1e-15));
  }

  @Test
  void theLargestDifferenceLeavesPaddingOut() {
    float[] other = FEATURES.clone();
    other[3] = 0;
    other[11] = 5.25f;
    other[6] = 0.875f;
    Deviation deviation = new Deviation();
    deviation.add(batches.get(0), FEATURES, other);
    assertThat(deviation.feature()).isEqualTo(0.25);
    // the second sentence's sums are (0, 5) and (-0.125, 5.25)
    assertThat(deviation.cosine()).isCloseTo(5.25 / Math.hypot(0.125, 5.25), within(1e-15));
  }

  @Test
  void whatIsNoNumberIsNoSmallDifference() {
    float[] other = FEATURES.clone();
    other[0] = Float.NaN;
    Deviation deviation = new Deviation();
    deviation.add(batches.get(0), FEATURES, other);
    assertThat(deviation.feature()).isNaN();
    assertThat(deviation.cosine()).isNaN();
  }
}
