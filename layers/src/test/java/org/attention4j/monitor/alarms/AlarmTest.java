package org.attention4j.monitor.alarms;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class AlarmTest {
  private static Alarm at(List<Integer> heads) {
    return new Alarm("rule", 7, "att", 2, heads, "metric", 3.5, "it is hot", "try water");
  }

  @Test
  void oneHead() {
    Alarm alarm = new Alarm("rule", 7, "att", 2, "metric", 3.5, "it is hot", "try water");
    assertThat(alarm).isEqualTo(at(List.of(2))).isEqualTo(at(List.of())).isEqualTo(at(null));
    assertThat(alarm.heads()).containsExactly(2);
    assertThat(alarm.message()).isEqualTo("head 2 of layer att: it is hot; try water");
  }

  @Test
  void severalHeadsAreSortedAndEachOnce() {
    Alarm alarm = at(List.of(11, 2, 5, 2));
    assertThat(alarm.heads()).containsExactly(2, 5, 11);
    assertThat(alarm.message())
        .isEqualTo("heads 2, 5, 11 of layer att: at head 2 it is hot; try water");
  }
}
