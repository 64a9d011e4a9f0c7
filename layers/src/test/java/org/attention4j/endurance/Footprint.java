package org.attention4j.endurance;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What this JVM holds, sampled in a long run, each time after a collection. */
final class Footprint {
  /** Heap in use, bytes. */
  static final String HEAP = "heap";

  /** Memory of the process beside the heap, arrays above all, bytes; only where there is /proc. */
  static final String NATIVE = "native";

  static final String THREADS = "threads";

  /** Open file descriptors; only on Unix. */
  static final String FILES = "files";

  private static final int MOST_COLLECTIONS = 40;

  /** A collection that frees less than these bytes had nothing to do. */
  private static final long SETTLED = 64 << 10;

  private static final Path STATUS = Path.of("/proc/self/status");

  private final Map<String, List<Long>> samples = new LinkedHashMap<>();

  /** Takes a sample. */
  void sample() throws IOException, InterruptedException {
    collect();
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    add(HEAP, heap.getUsed());
    if (Files.exists(STATUS)) {
      add(NATIVE, resident() - heap.getCommitted());
    }
    add(THREADS, ManagementFactory.getThreadMXBean().getThreadCount());
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      add(FILES, unix.getOpenFileDescriptorCount());
    }
  }

  /**
   * Collects until nothing more goes. Arrays go in two steps: the collector finds them, and a
   * thread of ND4J, which may be late, frees them and what it knows of them.
   */
  private static void collect() throws InterruptedException {
    long before;
    long after = Long.MAX_VALUE;
    int collections = 0;
    do {
      before = after;
      System.gc();
      Thread.sleep(20);
      after = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    } while (++collections < MOST_COLLECTIONS && (collections < 3 || before - after > SETTLED));
  }

  private static long resident() throws IOException {
    try (Stream<String> lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(0);
    }
  }

  private void add(String what, long value) {
    samples.computeIfAbsent(what, name -> new ArrayList<>()).add(value);
  }

  /** Whether this system tells it. */
  boolean has(String what) {
    return samples.containsKey(what);
  }

  /**
   * How much more there is late than in the middle: the median of the last third of the samples
   * less that of the middle third. The first third is the warm-up.
   */
  long growth(String what) {
    return third(what, 2) - third(what, 1);
  }

  private long third(String what, int number) {
    List<Long> all = samples.getOrDefault(what, List.of());
    long[] part =
        all.subList(all.size() * number / 3, all.size() * (number + 1) / 3).stream()
            .mapToLong(Long::longValue)
            .sorted()
            .toArray();
    return part[part.length / 2];
  }

  /** The medians of the thirds of all that was sampled. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (String what : samples.keySet()) {
      long[] medians = {third(what, 0), third(what, 1), third(what, 2)};
      text.append(text.isEmpty() ? "" : ", ")
          .append(what)
          .append(' ')
          .append(Arrays.toString(medians));
    }
    return text.toString();
  }
}
