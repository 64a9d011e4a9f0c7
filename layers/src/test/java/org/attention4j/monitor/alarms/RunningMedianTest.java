package org.attention4j.monitor.alarms;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RunningMedianTest {
  private final RunningMedian median = new RunningMedian();

  private void usual(double... values) {
    for (double value : values) {
      median.add(value, true);
    }
  }

  private void unusual(double value, int count) {
    IntStream.range(0, count).forEach(i -> median.add(value, false));
  }

  @Test
  void fourValuesSayNothingAndFiveDo() {
    usual(7, 1, 5, 3);
    assertThat(median.median()).isNaN();
    usual(100);
    assertThat(median.median()).isEqualTo(5); // 1 3 5 7 100
    usual(2);
    assertThat(median.median()).isEqualTo(4); // 1 2 3 5 7 100
  }

  @Test
  void twentyValuesCountAndNoMore() {
    usual(IntStream.rangeClosed(1, 20).asDoubleStream().toArray());
    assertThat(median.median()).isEqualTo(10.5);
    usual(21, 22, 23); // 4 to 23 are left
    assertThat(median.median()).isEqualTo(13.5);
  }

  @Test
  void unusualValuesCountOnceThereAreTwentyInARow() {
    usual(1, 2, 3, 4, 5);
    unusual(50, 19);
    assertThat(median.median()).isEqualTo(3);
    usual(6); // ends the row
    assertThat(median.median()).isEqualTo(3.5);
    unusual(50, 19);
    assertThat(median.median()).isEqualTo(3.5);
    unusual(70, 1);
    assertThat(median.median()).isEqualTo(50);
    unusual(9, 19);
    assertThat(median.median()).isEqualTo(50);
    unusual(9, 1);
    assertThat(median.median()).isEqualTo(9);
  }

  @Test
  void whatIsNotFiniteNeverCounts() {
    usual(1, 2, Double.NaN, 3, 4, Double.POSITIVE_INFINITY);
    assertThat(median.median()).isNaN();
    usual(5);
    unusual(Double.NaN, 20);
    unusual(Double.POSITIVE_INFINITY, 20);
    assertThat(median.median()).isEqualTo(3);
  }
}
