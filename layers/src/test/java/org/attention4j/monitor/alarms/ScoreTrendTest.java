package org.attention4j.monitor.alarms;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ScoreTrendTest {
  private final ScoreTrend trend = new ScoreTrend();

  private void add(double... scores) {
    for (double score : scores) {
      trend.add(score);
    }
  }

  @Test
  void theMedian() {
    assertThat(ScoreTrend.median(List.of(3.0, 1.0, 2.0))).isEqualTo(2);
    assertThat(ScoreTrend.median(List.of(4.0, 1.0, 2.0, 8.0))).isEqualTo(3);
    assertThat(ScoreTrend.median(List.of(1.0, Double.NaN, 2.0))).isNaN();
  }

  @Test
  void fallenFarIsHalfOfTheFirstFive() {
    add(8, 100, 8, 1, 7); // the start is 8
    assertThat(trend.hasFallenFar()).isFalse();
    add(4, 4);
    assertThat(trend.hasFallenFar()).isTrue(); // of 8, 1, 7, 4, 4 the median is 4
    add(4.1, 4.1, 4.1);
    assertThat(trend.hasFallenFar()).isFalse(); // 4, 4, 4.1, 4.1, 4.1
    add(3, 100, 2, 100, 1);
    assertThat(trend.hasFallenFar()).isTrue(); // two bad ones of five
    add(100);
    assertThat(trend.hasFallenFar()).isFalse(); // 100, 2, 100, 1, 100
  }

  @Test
  void fourScoresSayNothing() {
    add(8, 1, 1, 1);
    assertThat(trend.hasFallenFar()).isFalse();
    add(8);
    assertThat(trend.hasFallenFar()).isFalse(); // the start is 1
    add(0.5, 0.5);
    assertThat(trend.hasFallenFar()).isFalse(); // 1, 1, 8, 0.5, 0.5
    add(0.5);
    assertThat(trend.hasFallenFar()).isTrue(); // 1, 8, 0.5, 0.5, 0.5
  }

  @Test
  void scoresThatAreNoLossSayNothing() {
    add(0, 0, 0, 0, 0, -1, -1, -1, -1, -1);
    assertThat(trend.hasFallenFar()).isFalse();
    ScoreTrend broken = new ScoreTrend();
    IntStream.range(0, 10).forEach(i -> broken.add(i < 9 ? 8.0 / (i + 1) : Double.NaN));
    assertThat(broken.hasFallenFar()).isFalse();
    ScoreTrend brokenAtFirst = new ScoreTrend();
    IntStream.range(0, 8).forEach(i -> brokenAtFirst.add(i == 2 ? Double.NaN : 8.0 / (i + 1)));
    assertThat(brokenAtFirst.hasFallenFar()).isFalse();
  }

  @Test
  void fallingIsAHundredthBetweenTheHalves() {
    add(100, 100, 100, 100, 100, 98, 98, 98, 98);
    assertThat(trend.isFalling()).isFalse(); // nine are too few
    add(98);
    assertThat(trend.isFalling()).isTrue(); // 100 before, 98 now
    ScoreTrend flat = new ScoreTrend();
    IntStream.range(0, 10).forEach(i -> flat.add(i < 5 ? 100 : 99));
    assertThat(flat.isFalling()).isFalse();
    ScoreTrend rising = new ScoreTrend();
    IntStream.range(0, 10).forEach(i -> rising.add(100 + i));
    assertThat(rising.isFalling()).isFalse();
  }

  @Test
  void fallingIsOfTheLastForty() {
    IntStream.range(0, 9).forEach(i -> trend.add(100));
    IntStream.range(0, 30).forEach(i -> trend.add(50));
    assertThat(trend.isFalling()).isFalse(); // 39: the older 19 are 9 of 100 and 10 of 50
    ScoreTrend late = new ScoreTrend();
    IntStream.range(0, 21).forEach(i -> late.add(100));
    IntStream.range(0, 20).forEach(i -> late.add(50));
    assertThat(late.isFalling()).isTrue(); // 20 and 20
    IntStream.range(0, 9).forEach(i -> late.add(50));
    assertThat(late.isFalling()).isTrue(); // the older half is 11 of 100, 9 of 50
    IntStream.range(0, 2).forEach(i -> late.add(50));
    assertThat(late.isFalling()).isFalse(); // 9 of 100, 11 of 50
    assertThat(late.toString()).startsWith("scores from [100.0, ").endsWith(", 50.0]");
  }
}
