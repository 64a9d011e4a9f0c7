package org.attention4j.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class HeadStatisticsTest {
  @Test
  void entropyAndEffectiveTokensAreTheHandComputedOnes() {
    // One example, two heads, two queries, three keys.
    INDArray weights =
        Nd4j.createFromArray(
                new double[] {1, 0, 0, 0.5, 0.5, 0, 0.25, 0.25, 0.5, 1 / 3., 1 / 3., 1 / 3.})
            .reshape(1, 2, 2, 3);

    List<HeadStatistics> heads = HeadStatistics.of("layer", weights);

    double first = Math.log(2) / 2;
    double second = (1.5 * Math.log(2) + Math.log(3)) / 2;
    assertThat(heads.get(0).entropy()).isCloseTo(first, within(1e-12));
    assertThat(heads.get(0).effectiveTokens()).isCloseTo((1 + 2) / 2.0, within(1e-12));
    assertThat(heads.get(1).head()).isEqualTo(1);
    assertThat(heads.get(1).entropy()).isCloseTo(second, within(1e-12));
    assertThat(heads.get(1).effectiveTokens()).isCloseTo((Math.pow(2, 1.5) + 3) / 2, within(1e-12));
    assertThat(HeadStatistics.meanEntropy(heads)).isCloseTo((first + second) / 2, within(1e-12));
  }

  @Test
  void rowsThatDoNotSumToOneAreDividedByTheirSum() {
    // One head, three queries, two keys: even but faint, one-sided, and nothing at all.
    INDArray weights =
        Nd4j.createFromArray(new double[] {0.1, 0.1, 0, 3, 0, 0}).reshape(1, 1, 3, 2);

    HeadStatistics head = HeadStatistics.of("layer", weights).get(0);

    assertThat(head.entropy()).isCloseTo(Math.log(2) / 2, within(1e-12));
    assertThat(head.effectiveTokens()).isCloseTo((2 + 1) / 2.0, within(1e-12));
    assertThat(head.rowMass()).isCloseTo((0.2 + 3 + 0) / 3, within(1e-12));
  }
}
