package org.attention4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How many scores have a share of the exponentials, against sorting. */
class MassSelectionTest {
  private static final int ROWS = 4000;
  private static final double[] SHARES = {1e-6, 0.1, 0.5, 0.75, 0.9, 0.99, 0.999, 0.999999};

  private final FloatRow row = new FloatRow();
  private final DoubleRow wide = new DoubleRow();

  /** From flat to peaked, with and without ties, sorted either way or not. */
  private static float[] scores(Random random) {
    float[] scores = new float[1 + random.nextInt(random.nextBoolean() ? 40 : 700)];
    double spread = Math.pow(10, random.nextInt(5) - 2);
    int different = random.nextBoolean() ? 1 + random.nextInt(9) : 0;
    for (int i = 0; i < scores.length; i++) {
      scores[i] =
          (float)
              (different == 0
                  ? spread * random.nextGaussian()
                  : spread * random.nextInt(different));
    }
    int order = random.nextInt(5);
    if (order < 2) {
      Arrays.sort(scores);
    }
    if (order == 0) {
      for (int i = 0; i < scores.length; i++) {
        scores[i] = -scores[i];
      }
    }
    return scores;
  }

  @Test
  void countsAsSortingDoes() {
    Random random = new Random(31);
    int certain = 0;
    for (int i = 0; i < ROWS; i++) {
      float[] scores = scores(random);
      int n = scores.length;
      double share = SHARES[random.nextInt(SHARES.length)] * (1 - 1e-12);
      float[] sorted = scores.clone();
      Arrays.sort(sorted);
      float max = sorted[n - 1];
      int expected = expected(sorted, share);
      float[] before = scores.clone();
      assertThat(row.over(scores, 0, n).countOfShare(share, max)).isEqualTo(expected);
      double[] doubles = new double[n];
      Arrays.setAll(doubles, j -> scores[j]);
      assertThat(wide.over(doubles, 0, n).countOfShare(share, max)).isEqualTo(expected);
      assertThat(scores).isEqualTo(before);
      int fast = FloatMass.count(scores, 0, n, max, share, new RowWorkspace());
      assertThat(fast).isIn(FloatMass.OPEN, expected);
      certain += fast == expected ? 1 : 0;
    }
    // Ties of more scores than are sorted, and shares near one, are left open.
    assertThat(certain).isGreaterThan(ROWS / 2);
  }

  /** The usual rows are decided in FLOAT, whatever the threshold that the last row left. */
  @Test
  void usualRowsAreCertain() {
    Random random = new Random(37);
    RowWorkspace workspace = new RowWorkspace();
    int open = 0;
    for (int i = 0; i < 500; i++) {
      float[] scores = new float[1021];
      for (int j = 0; j < scores.length; j++) {
        scores[j] = 50 + 3 * (float) random.nextGaussian();
      }
      float[] sorted = scores.clone();
      Arrays.sort(sorted);
      workspace.massDistance = random.nextBoolean() ? 1e-3f : 90;
      float max = sorted[sorted.length - 1];
      int count = FloatMass.count(scores, 0, scores.length, max, 0.9, workspace);
      open += count == FloatMass.OPEN ? 1 : 0;
      assertThat(count).isIn(FloatMass.OPEN, expected(sorted, 0.9));
    }
    assertThat(open).isLessThan(25);
  }

  private static int expected(float[] sorted, double share) {
    double max = sorted[sorted.length - 1];
    double total = 0;
    for (float score : sorted) {
      total += Math.exp(score - max);
    }
    double mass = 0;
    int k = 0;
    while (mass < share * total) {
      mass += Math.exp(sorted[sorted.length - 1 - k++] - max);
    }
    return k;
  }
}
