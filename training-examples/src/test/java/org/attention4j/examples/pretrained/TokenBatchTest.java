package org.attention4j.examples.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Batches of texts, and what is computed from their features. */
class TokenBatchTest {
  private final TokenBatch batch =
      TokenBatch.of(List.of(new int[] {5}, new int[] {7, 11, 13}), 2).get(0);

  @Test
  void shortTextsArePadded() {
    assertThat(batch.tokens().toIntMatrix()).isDeepEqualTo(new int[][] {{5, 0, 0}, {7, 11, 13}});
    assertThat(batch.mask().toFloatMatrix()).isDeepEqualTo(new float[][] {{1, 0, 0}, {1, 1, 1}});
    assertThat(batch.lengths()).containsExactly(1, 3);
  }

  @Test
  void textsOfAboutTheSameLengthAreJoined() {
    List<TokenBatch> batches =
        TokenBatch.of(
            List.of(new int[] {7, 11, 13}, new int[] {5}, new int[] {17, 19}, new int[] {3}), 3);
    assertThat(batches).hasSize(2);
    assertThat(batches.get(0).tokens().toIntMatrix())
        .isDeepEqualTo(new int[][] {{5, 0}, {3, 0}, {17, 19}});
    assertThat(batches.get(0).texts()).containsExactly(1, 3, 2);
    assertThat(batches.get(1).tokens().toIntMatrix()).isDeepEqualTo(new int[][] {{7, 11, 13}});
    assertThat(batches.get(1).texts()).containsExactly(0);
  }

  /** A model whose features are 1 and the token. */
  private static final class Ids implements Encoder {
    @Override
    public float[] features(TokenBatch batch) {
      float[] features = new float[batch.size() * batch.steps() * 2];
      for (int step = 0; step < batch.size() * batch.steps(); step++) {
        features[2 * step] = 1;
        features[2 * step + 1] = batch.ids()[step / batch.steps()][step % batch.steps()];
      }
      return features;
    }

    @Override
    public void close() {}
  }

  @Test
  void vectorsComeInTheOrderOfTheTexts() {
    List<int[]> texts = List.of(new int[] {7, 11, 12}, new int[] {5}, new int[] {17, 19});
    double[][] vectors = SentenceVectors.of(new Ids(), TokenBatch.of(texts, 2));
    assertThat(vectors).hasDimensions(3, 2);
    double[] means = {10, 5, 18};
    for (int i = 0; i < means.length; i++) {
      assertThat(vectors[i][1] / vectors[i][0]).isCloseTo(means[i], within(1e-13));
    }
  }

  /** Two features; what stands at padding is large. */
  private static final float[] FEATURES = {3, 4, 99, 99, 99, 99, 1, 0, 2, 0, -3, 5};

  @Test
  void theVectorOfASentenceIsTheMeanOfLengthOne() {
    double[][] vectors = SentenceVectors.of(FEATURES, batch);
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
    deviation.add(batch, FEATURES, other);
    assertThat(deviation.feature()).isEqualTo(0.25);
    // the second sentence's sums are (0, 5) and (-0.125, 5.25)
    assertThat(deviation.cosine()).isCloseTo(5.25 / Math.hypot(0.125, 5.25), within(1e-15));
  }

  @Test
  void whatIsNoNumberIsNoSmallDifference() {
    float[] other = FEATURES.clone();
    other[0] = Float.NaN;
    Deviation deviation = new Deviation();
    deviation.add(batch, FEATURES, other);
    assertThat(deviation.feature()).isNaN();
    assertThat(deviation.cosine()).isNaN();
  }
}
