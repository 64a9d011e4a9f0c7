package org.attention4j.bench.compare;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.attention4j.normalizer.Normalizers;

/** Prints how many bytes one forward and backward pass of a kernel allocates after a history. */
final class KernelAllocations {
  private static final CoreCell CELL = new CoreCell(7, 509, 17);
  private static final int WARM_UP = 300;
  private static final int RUNS = 20;

  private KernelAllocations() {}

  /**
   * Prints the bytes.
   *
   * @param arguments the name of a {@link History}, then normalizers
   */
  public static void main(String[] arguments) {
    History.valueOf(arguments[0]).run();
    CoreData data = CoreData.draw(CELL, 1);
    for (int i = 1; i < arguments.length; i++) {
      Peer attention =
          new OurAttention(data, Normalizers.parse(arguments[i]), Pass.FORWARD_BACKWARD);
      run(attention, WARM_UP);
      long before = allocatedBytes();
      run(attention, RUNS);
      System.out.printf("%s: %d%n", arguments[i], (allocatedBytes() - before) / RUNS);
    }
    System.exit(0);
  }

  private static void run(Peer attention, int times) {
    for (int i = 0; i < times; i++) {
      attention.run();
    }
  }

  /** By all threads. */
  private static long allocatedBytes() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds())).sum();
  }
}
