package org.attention4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PairedBlocksTest {
  private final StringBuilder order = new StringBuilder();
  private long wall;
  private long processor;

  private void step(char name, long time, long ofProcessors) {
    order.append(name);
    wall += time;
    processor += ofProcessors;
  }

  @Test
  void blocksAlternateAndPausesDoNotCount() {
    PairedBlocks blocks =
        new PairedBlocks(() -> wall, () -> processor, () -> step('-', 1000, 1000));
    PairedBlocks.Cost cost =
        blocks.measure(() -> step('a', 100, 200), () -> step('b', 103, 210), 3, 2);
    assertThat(order).hasToString("-aaa-bbb-bbb-aaa");
    assertThat(cost.wall().percent()).isCloseTo(3, within(1e-9));
    assertThat(cost.processor().percent()).isCloseTo(5, within(1e-9));
  }
}
