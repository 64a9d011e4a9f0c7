package org.attention4j.internal.memory;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.attention4j.internal.threads.Pool;
import org.jspecify.annotations.Nullable;

/**
 * The array that the tiles of one task work in. Parts of it are taken one after the other and begin
 * where a cache line does, so that no vector lies across two. They are given back all at once, when
 * the task ends.
 *
 * <p>Java cannot ask for an address: the numbers of an array begin 16 bytes after its start, which
 * may be anywhere, and the collector moves it. But an array larger than half a region gets regions
 * of its own from G1, begins where the first of them does, and stays there. So the array is at
 * least that large. With other collectors the parts may begin anywhere, which is slower by some
 * percent.
 */
public final class FloatArena implements AutoCloseable {
  private static final Pool<FloatArena> POOL = new Pool<>(FloatArena::new);

  /** Numbers in a cache line. */
  private static final int LINE = 16;

  /** Numbers that the header of an array has room for. */
  private static final int HEADER = 4;

  private static final int MIN_LENGTH = (int) (regionSize() / 2 / Float.BYTES);

  private float[] floats = {};
  private int taken = LINE - HEADER;

  /** Use {@link #borrow()}; tests make their own. */
  FloatArena() {}

  /**
   * Borrows an arena of which nothing is taken.
   *
   * @return the arena, to be closed by the borrower
   */
  public static FloatArena borrow() {
    return POOL.borrow();
  }

  /** Gives the arena and all its parts back. */
  @Override
  public void close() {
    clear();
    POOL.giveBack(this);
  }

  /** Gives the parts back, but not the arena. */
  public void clear() {
    taken = LINE - HEADER;
  }

  /**
   * Takes a part, with whatever was left in it.
   *
   * @param length how many numbers
   * @return the index where it begins in the array
   */
  public int take(int length) {
    int at = taken;
    taken = Math.toIntExact(taken + (LINE - 1L + length) / LINE * LINE);
    return at;
  }

  /**
   * The array. It is another one than before, with the same numbers, if parts were taken since that
   * did not fit.
   *
   * @return the array, in which each part begins where {@link #take} said
   */
  public float[] floats() {
    if (floats.length < taken) {
      floats = Arrays.copyOf(floats, Math.max(taken, MIN_LENGTH));
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
