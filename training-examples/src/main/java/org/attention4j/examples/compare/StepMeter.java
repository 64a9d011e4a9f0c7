package org.attention4j.examples.compare;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Time and memory of training steps. Medians, so that what else the machine does counts little;
 * steps at which the monitor takes a snapshot, and the first tenth, in which code is compiled and
 * workspaces grow, are left out of them.
 */
final class StepMeter {
  private static final double PERCENTILE_50 = 50;
  private static final int WARM_UP_SHARE = 10;

  private final int steps;
  private final int monitorEvery;
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final DescriptiveStatistics nanos = new DescriptiveStatistics();
  private final DescriptiveStatistics heap = new DescriptiveStatistics();
  private long workspaces;
  private long allNanos;
  private long allCpuNanos;
  private long startNanos;
  private long startCpuNanos;
  private long startHeap;

  /**
   * Begins.
   *
   * @param steps how many steps there will be
   * @param monitorEvery steps from one snapshot of the monitor to the next
   */
  StepMeter(int steps, int monitorEvery) {
    this.steps = steps;
    this.monitorEvery = monitorEvery;
  }

  /** A step begins. */
  void start() {
    startHeap = threads.getCurrentThreadAllocatedBytes();
    startCpuNanos = threads.getCurrentThreadCpuTime();
    startNanos = System.nanoTime();
  }

  /**
   * A step ends.
   *
   * @param step the step, from 1
   */
  void stop(int step) {
    long duration = System.nanoTime() - startNanos;
    allNanos += duration;
    allCpuNanos += threads.getCurrentThreadCpuTime() - startCpuNanos;
    long allocated = threads.getCurrentThreadAllocatedBytes() - startHeap;
    workspaces = Math.max(workspaces, workspaceBytes());
    boolean watched = (step - 1) % monitorEvery == 0;
    boolean warmingUp = step <= steps / WARM_UP_SHARE;
    if ((!watched && !warmingUp) || step == 1) {
      nanos.addValue((double) duration);
      heap.addValue((double) allocated);
    }
  }

  /** The time of all steps so far, in seconds. */
  double seconds() {
    return allNanos / 1e9;
  }

  /** The processor time of this thread in all steps so far, in seconds. */
  double cpuSeconds() {
    return allCpuNanos / 1e9;
  }

  /** The median time of a step, in seconds. */
  double secondsPerStep() {
    return nanos.getPercentile(PERCENTILE_50) / 1e9;
  }

  /** What was needed besides parameters and the updater's state. */
  Memory memory() {
    return new Memory(workspaces, (long) heap.getPercentile(PERCENTILE_50));
  }

  private static long workspaceBytes() {
    return Nd4j.getWorkspaceManager().getAllWorkspacesForCurrentThread().stream()
        .mapToLong(MemoryWorkspace::getCurrentSize)
        .sum();
  }
}
