package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ScheduleTest {
  /** The iterations at which a schedule is due among the first 23, with epochs of 5 iterations. */
  private static List<Integer> due(Schedule schedule) {
    return IntStream.range(0, 23)
        .filter(i -> schedule.isDue(i, i / 5, i % 5 == 0))
        .boxed()
        .toList();
  }

  @Test
  void iterations() {
    assertThat(due(Schedule.every(7))).containsExactly(0, 7, 14, 21);
    assertThat(due(Schedule.logarithmic())).containsExactly(0, 1, 2, 4, 8, 16);
    assertThat(due(Schedule.atIterations(11, 3, 100))).containsExactly(3, 11);
    assertThat(due(Schedule.epochs(2))).containsExactly(0, 10, 20);
  }

  @Test
  void anIntervalIsPositive() {
    assertThatThrownBy(() -> Schedule.every(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Schedule every: the interval is 0 but must be at least 1.");
    assertThatThrownBy(() -> Schedule.epochs(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(Schedule::atIterations)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Schedule atIterations: the iterations are [] but must be at least one, none below 0.");
    assertThatThrownBy(() -> Schedule.atIterations(3, -1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(due(Schedule.atIterations(0))).containsExactly(0);
  }
}
