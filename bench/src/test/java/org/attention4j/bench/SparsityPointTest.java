package org.attention4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SparsityPointTest {
  private static final Offset<Double> ROUNDING = Offset.offset(1e-12);

  private static SparsityPoint point(double zeros, double ratio) {
    return new SparsityPoint("top-k", "k=3", zeros, 2 * ratio, 2);
  }

  @Test
  void breakEvenLiesBetweenPoints() {
    // From 0.8 at half to 1.6 at 0.9: a quarter of the way.
    assertThat(
            SparsityPoint.breakEven(List.of(point(0.9, 1.6), point(0.2, 0.7), point(0.5, 0.8)))
                .getAsDouble())
        .isEqualTo(0.6, ROUNDING);
  }

  @Test
  void slowerAgainCounts() {
    assertThat(
            SparsityPoint.breakEven(List.of(point(0.1, 1.2), point(0.5, 0.5), point(0.9, 1.5)))
                .getAsDouble())
        .isEqualTo(0.7, ROUNDING);
  }

  @Test
  void neverOrAlwaysFaster() {
    assertThat(SparsityPoint.breakEven(List.of(point(0.3, 1.1), point(0.9, 0.9)))).isEmpty();
    assertThat(SparsityPoint.breakEven(List.of())).isEmpty();
    assertThat(SparsityPoint.breakEven(List.of(point(0.3, 1.1), point(0.9, 1))).getAsDouble())
        .isEqualTo(0.3);
  }

  @Test
  void lineHasTheShareOfZerosBesideTheRatio() {
    assertThat(new SparsityPoint("top-k", "k=64", 0.984375, 5, 2).line())
        .isEqualTo("SPARSITY map=top-k k=64 zeros=98.4% softmax_ms=5.000 ours_ms=2.000 ratio=2.50");
  }
}
