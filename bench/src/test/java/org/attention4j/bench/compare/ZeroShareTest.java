package org.attention4j.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.attention4j.normalizer.Normalizers;
import org.junit.jupiter.api.Test;

class ZeroShareTest {
  private static final CoreCell CELL = new CoreCell(2, 53, 7);

  @Test
  void knownByConstruction() {
    CoreData data = CoreData.draw(CELL, 3);
    assertThat(ZeroShare.of(data, Normalizers.softmax())).isZero();
    assertThat(ZeroShare.of(data, Normalizers.topK(11))).isEqualTo(42.0 / 53);
  }

  /** The support of sparsemax is the k largest with 1 + k z_k above their sum (Martins 2016). */
  @Test
  void sparsemaxByItsDefinition() {
    CoreData data = CoreData.draw(CELL, 0.3);
    int zeros = 0;
    for (int head = 0; head < 2; head++) {
      for (int query = 0; query < 53; query++) {
        zeros += 53 - support(scores(data, head, query));
      }
    }
    assertThat(ZeroShare.of(data, Normalizers.sparsemax())).isEqualTo(zeros / (2.0 * 53 * 53));
  }

  private static int support(double[] z) {
    Arrays.sort(z);
    double sum = 0;
    int k = 0;
    while (k < z.length) {
      double next = z[z.length - 1 - k];
      if (1 + (k + 1) * next <= sum + next) {
        break;
      }
      sum += next;
      k++;
    }
    return k;
  }

  private static double[] scores(CoreData data, int head, int query) {
    double[] z = new double[53];
    for (int key = 0; key < 53; key++) {
      for (int c = 0; c < 7; c++) {
        int row = (head * 7 + c) * 53;
        z[key] += data.q()[row + query] * (double) data.k()[row + key] * data.scale();
      }
    }
    return z;
  }
}
