package org.attention4j.examples.temperature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoublePredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RateGridTest {
  private static final double STEP = Math.pow(10, 1.0 / RateGrid.PER_DECADE);

  private final RateGrid grid = new RateGrid(-2, 3);
  private final List<Double> tried = new ArrayList<>();

  /** Thresholds at both ends of the grid, on it and between two of its rates. */
  @ParameterizedTest
  @ValueSource(doubles = {0.0101, 0.1, 0.47, 3.17, 10, 99, 700, 999})
  void aThresholdIsBracketedByNeighboursOnTheGrid(double threshold) {
    LargestRate found = search(rate -> rate <= threshold);

    assertThat(found.isBracketed()).isTrue();
    assertThat(found.trains()).isLessThanOrEqualTo(threshold);
    assertThat(found.fails()).isGreaterThan(threshold);
    assertThat(found.fails() / found.trains()).isCloseTo(STEP, within(1e-12));
    assertThat(tried).contains(found.trains(), found.fails());
  }

  @Test
  void whatTrainsEverywhereIsKnownAfterOneTraining() {
    LargestRate found = search(rate -> true);

    assertThat(found).isEqualTo(new LargestRate(1000, Double.NaN));
    assertThat(tried).containsExactly(1000.0);
  }

  @Test
  void whatTrainsNowhereHasFailedAtEveryHalfDecade() {
    LargestRate found = search(rate -> false);

    assertThat(found).isEqualTo(new LargestRate(Double.NaN, 0.01));
    assertThat(tried).hasSize(11).contains(0.01, 0.1, 1.0, 10.0, 100.0, 1000.0);
  }

  /** Too low a rate learns nothing in time. */
  @Test
  void ratesThatFailBelowDoNotMatter() {
    LargestRate found = search(rate -> rate > 0.5 && rate < 7);

    assertThat(found.trains()).isLessThan(7).isGreaterThan(7 / STEP);
  }

  @Test
  void ratesThatTrainAgainAreFoundIfTheyHoldAHalfDecade() {
    LargestRate wide = search(rate -> rate < 1 || (rate > 30 && rate < 50));
    assertThat(wide.trains()).isBetween(50 / STEP, 50.0);

    LargestRate narrow = search(rate -> rate < 1 || (rate > 40 && rate < 60));
    assertThat(narrow.trains()).isBetween(1 / STEP, 1.0);
    assertThat(narrow.fails()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(UpdateRule.class)
  void theUsualRateIsOneThatTheSearchTries(UpdateRule rule) {
    List<Double> all = new ArrayList<>();
    rule.grid()
        .largest(
            rate -> {
              all.add(rate);
              return false;
            });

    assertThat(all).contains(rule.usualRate);
  }

  private LargestRate search(DoublePredicate trains) {
    tried.clear();
    LargestRate found =
        grid.largest(
            rate -> {
              tried.add(rate);
              return trains.test(rate);
            });
    assertThat(tried).doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(grid.maxTries());
    return found;
  }
}
