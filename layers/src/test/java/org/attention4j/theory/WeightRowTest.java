package org.attention4j.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class WeightRowTest {
  private static final double[] ROW = {.5, 0, .25, .25};

  @Test
  void entropyInNats() {
    assertThat(WeightRow.entropy(ROW)).isCloseTo(1.5 * Math.log(2), within(1e-15));
    assertThat(WeightRow.normalizedEntropy(ROW)).isCloseTo(.75, within(1e-15));
    assertThat(WeightRow.effectiveTokens(ROW)).isCloseTo(Math.pow(2, 1.5), within(1e-14));
  }

  @Test
  void aRowIsDividedByItsMassForItsEntropyAlone() {
    double[] half = {.25, 0, .125, .125};
    assertThat(WeightRow.entropy(half)).isCloseTo(WeightRow.entropy(ROW), within(1e-15));
    assertThat(WeightRow.mass(half)).isEqualTo(.5);
  }

  @Test
  void edges() {
    assertThat(WeightRow.entropy(new double[] {0, 1, 0})).isZero();
    assertThat(WeightRow.entropy(new double[3])).isNaN();
    assertThat(WeightRow.normalizedEntropy(new double[] {1})).isNaN();
    assertThat(WeightRow.logSumExp(new double[0])).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(WeightRow.largest(new double[0])).isNaN();
  }

  @Test
  void supportLargestAndTopMass() {
    assertThat(WeightRow.support(ROW)).isEqualTo(3);
    assertThat(WeightRow.largest(new double[] {-3, -2})).isEqualTo(-2);
    assertThat(WeightRow.topMass(ROW, TopN.of(ROW, 2))).isEqualTo(.75);
  }

  @Test
  void largestAmongNumbersThatAreNotFinite() {
    double infinite = Double.POSITIVE_INFINITY;
    assertThat(WeightRow.largest(new double[] {-1, infinite, 3})).isEqualTo(infinite);
    assertThat(WeightRow.largest(new double[] {-infinite, -infinite})).isEqualTo(-infinite);
    for (int i = 0; i < 3; i++) {
      double[] row = {1, infinite, 2};
      row[i] = Double.NaN;
      assertThat(WeightRow.largest(row)).isNaN();
    }
  }

  @Test
  void topMassDoesNotAskWhichTheyAre() {
    assertThat(WeightRow.topMass(ROW, 1)).isEqualTo(.5);
    assertThat(WeightRow.topMass(ROW, 2)).isEqualTo(.75); // one of two that are equal
    assertThat(WeightRow.topMass(ROW, 3)).isEqualTo(1);
    assertThat(WeightRow.topMass(ROW, 4)).isEqualTo(1);
    assertThat(WeightRow.topMass(new double[] {.5, Double.NaN}, 1)).isNaN();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WeightRow.topMass(ROW, 5))
        .withMessage("N is 5 but must be between 1 and the 4 visible tokens.");
  }

  @Test
  void sumsOfRowsOfAnyLength() {
    for (int length = 0; length < 11; length++) {
      double[] row = new double[length];
      Arrays.setAll(row, i -> i + 1);
      assertThat(WeightRow.mass(row)).isEqualTo(length * (length + 1) / 2.0);
      assertThat(WeightRow.isFinite(row)).isTrue();
      for (int i = 0; i < length; i++) {
        for (double fault : new double[] {Double.NaN, Double.NEGATIVE_INFINITY}) {
          double[] faulty = row.clone();
          faulty[i] = fault;
          assertThat(WeightRow.isFinite(faulty)).isFalse();
        }
      }
    }
    assertThat(WeightRow.isFinite(new double[] {Double.MAX_VALUE, Double.MAX_VALUE})).isTrue();
  }

  @Test
  void logSumExpDoesNotOverflow() {
    assertThat(WeightRow.logSumExp(new double[] {1000, 1000})).isEqualTo(1000 + Math.log(2));
  }

  @Test
  void softmaxByHand() {
    double[] weights = WeightRow.softmax(new double[] {2000, 2000 + Math.log(3) / 2}, .5);
    assertThat(weights[0]).isCloseTo(.25, within(1e-12));
    assertThat(weights[1]).isCloseTo(.75, within(1e-12));
  }
}
