package org.attention4j.examples.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SmoothingTest {
  @Test
  void smoothingAveragesTheWindowBefore() {
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      values.add((double) i);
    }

    assertThat(Smoothing.smooth(values)).startsWith(0.0, 0.5, 1.5).endsWith(38.5).hasSize(40);
  }
}
