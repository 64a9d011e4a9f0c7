package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many of a row's tokens count as chosen. */
final class TopCountTest {
  @ParameterizedTest
  @CsvSource({"1, 5", "83, 5", "91, 5", "92, 6", "108, 6", "109, 7", "1000, 60"})
  void topFractionIsRoundedAndAtLeastFive(int keys, int expected) {
    assertThat(TopCount.fraction(0.06).applyAsInt(keys)).isEqualTo(expected);
  }

  @Test
  void topCountHasBounds() {
    IntUnaryOperator one = TopCount.fixed(1);
    assertThat(List.of(one.applyAsInt(1), one.applyAsInt(99))).containsExactly(1, 1);
    assertThat(TopCount.fixed(7).applyAsInt(3)).isEqualTo(7);
    assertThatThrownBy(() -> TopCount.fixed(0)).isInstanceOf(IllegalArgumentException.class);
    for (double share : new double[] {0, 1, -0.1, Double.NaN}) {
      assertThatThrownBy(() -> TopCount.fraction(share))
          .hasMessage(
              "AttentionMonitor: topFraction is %s but must be above 0 and below 1."
                  .formatted(share));
    }
    assertThat(TopCount.fraction(0.999).applyAsInt(1000)).isEqualTo(999);
  }
}
