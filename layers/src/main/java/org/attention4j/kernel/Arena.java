package org.attention4j.kernel;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The array that the tiles of one thread work in. Pieces are taken from it one after the other and
 * begin where a cache line does, so that no vector lies across two.
 *
 * <p>Java cannot ask for that: numbers begin 16 bytes behind wherever an array happens to lie, and
 * the collector moves it. But G1 gives what is larger than half a region regions of its own, from
 * the start of the first one on, and leaves it there. So the array is at least that large. With
 * other collectors the pieces lie as they may, which is slower by some percent.
 */
final class Arena {
  /** Numbers in a cache line. */
  private static final int LINE = 16;

  /** Numbers that the header of an array has room for. */
  private static final int HEADER = 4;

  private static final int FEWEST = (int) (regionSize() / 2 / Float.BYTES);

  private float[] floats = {};
  private int taken = LINE - HEADER;

  /** Gives all pieces back. */
  void clear() {
    taken = LINE - HEADER;
  }

  /**
   * Takes a piece, with whatever was left in it.
   *
   * @return where it begins in the array
   */
  int take(int length) {
    int at = taken;
    taken = Math.toIntExact(taken + (LINE - 1L + length) / LINE * LINE);
    return at;
  }

  /** The array: another one than before if pieces were taken since that did not fit. */
  float[] floats() {
    if (floats.length < taken) {
      floats = Arrays.copyOf(floats, Math.max(taken, FEWEST));
    }
    return floats;
  }

  /** The size of the regions of G1's heap in bytes; 0 if another collector is at work. */
  private static long regionSize() {
    try {
      @Nullable HotSpotDiagnosticMXBean virtualMachine =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return virtualMachine == null
          ? 0
          : Long.parseLong(virtualMachine.getVMOption("G1HeapRegionSize").getValue());
    } catch (LinkageError | IllegalArgumentException e) {
      // Another virtual machine, or one without G1.
      return 0;
    }
  }
}
