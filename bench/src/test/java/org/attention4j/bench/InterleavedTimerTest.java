package org.attention4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.attention4j.bench.InterleavedTimer.Budget;
import org.attention4j.bench.InterleavedTimer.Candidate;
import org.junit.jupiter.api.Test;

class InterleavedTimerTest {
  private final List<String> order = new ArrayList<>();
  private long now = 17;
  private final InterleavedTimer timer =
      new InterleavedTimer(() -> now, () -> order.add("-"), 0.03);

  /** A task whose runs last what the list says, and the last of it for ever. */
  private Runnable lasting(String name, double... milliseconds) {
    Iterator<Double> times = Arrays.stream(milliseconds).boxed().toList().iterator();
    return new Runnable() {
      private double last;

      @Override
      public void run() {
        order.add(name);
        last = times.hasNext() ? times.next() : last;
        now += Math.round(last * 1e6);
      }
    };
  }

  @Test
  void longRunsTakeTurns() {
    timer.medians(
        new Budget(0, 2),
        List.of(new Candidate(lasting("A", 50), 0), new Candidate(lasting("B", 70), 0)));
    assertThat(order).containsExactly("-", "A", "-", "B", "-", "A", "-", "B");
  }

  @Test
  void mediansLeaveOutTheWarmUp() {
    Candidate a = new Candidate(lasting("A", 900, 800, 40, 90, 50), 1.5);
    Candidate b = new Candidate(lasting("B", 5000, 31, 32, 60), 1);
    assertThat(timer.medians(new Budget(0, 3), List.of(a, b))).containsExactly(50.0, 32.0);
  }

  @Test
  void warmsUpForAsLongAsAskedAndNotAtAllForZero() {
    timer.warmUp(List.of(new Candidate(lasting("A", 40), 0.1), new Candidate(lasting("B", 40), 0)));
    assertThat(order).containsExactly("A", "A", "A");
  }

  @Test
  void medianOfAnEvenNumberIsBetweenTheMiddleTwo() {
    Candidate a = new Candidate(lasting("A", 40, 60, 50, 1000), 0);
    assertThat(timer.medians(new Budget(0, 4), List.of(a))).containsExactly(55.0);
  }

  @Test
  void shortRunsAreRepeatedWithinATurn() {
    timer.medians(new Budget(0, 1), List.of(new Candidate(lasting("A", 12), 0)));
    assertThat(order).containsExactly("-", "A", "A", "A");
  }

  @Test
  void measuresAsLongAsAsked() {
    timer.medians(
        new Budget(0.5, 1),
        List.of(new Candidate(lasting("A", 100), 0), new Candidate(lasting("B", 50), 0)));
    assertThat(order.stream().filter("B"::equals)).hasSize(4);
  }
}
