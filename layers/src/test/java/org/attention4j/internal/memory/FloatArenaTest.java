package org.attention4j.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.vm.VM;

class FloatArenaTest {
  private static final int LINE_BYTES = 64;
  private static final int[] LENGTHS = {1, 17, 16, 0, 1009, 300_007, 31};

  @Test
  void partsDoNotOverlapAndKeepTheirContentWhenTheArenaGrows() {
    FloatArena arena = new FloatArena();
    int[] offsets = new int[LENGTHS.length];
    for (int i = 0; i < LENGTHS.length; i++) {
      offsets[i] = arena.take(LENGTHS[i]);
      for (int j = 0; j < LENGTHS[i]; j++) {
        arena.floats()[offsets[i] + j] = i + 1;
      }
    }
    for (int i = 0; i < LENGTHS.length; i++) {
      for (int j = 0; j < LENGTHS[i]; j++) {
        assertThat(arena.floats()[offsets[i] + j]).isEqualTo(i + 1);
      }
    }
  }

  @Test
  void whatIsGivenBackIsTakenAgain() {
    FloatArena arena = new FloatArena();
    int first = arena.take(100_003);
    float[] before = arena.floats();
    arena.clear();
    assertThat(arena.take(50_021)).isEqualTo(first);
    assertThat(arena.floats()).isSameAs(before);
  }

  @Test
  void moreThanAnArrayCanHoldIsAnError() {
    FloatArena arena = new FloatArena();
    assertThatThrownBy(() -> arena.take(Integer.MAX_VALUE)).isInstanceOf(ArithmeticException.class);
  }

  /** Asks the virtual machine for the address, which is what the arena cannot do. */
  @Test
  void underG1EveryBlockBeginsWhereACacheLineDoes() {
    assumeTrue(
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .map(GarbageCollectorMXBean::getName)
            .anyMatch(name -> name.startsWith("G1")),
        "Skipped: this JVM does not use G1.");
    FloatArena arena = new FloatArena();
    for (int length : LENGTHS) {
      int place = arena.take(length);
      System.gc();
      long numbers = VM.current().addressOf(arena.floats()) + VM.current().arrayHeaderSize();
      assertThat((numbers + (long) Float.BYTES * place) % LINE_BYTES)
          .as("length %d", length)
          .isZero();
    }
  }
}
