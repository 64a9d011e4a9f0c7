package org.attention4j.internal.threads;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * The threads of the fused path: as many as the system property {@value #PROPERTY} says, by default
 * one for each processor.
 *
 * <p>The thread that asks works too. Threads that ask at the same time, as under ParallelWrapper,
 * share this number and the helpers. So never more threads compute than the number says, except for
 * the callers themselves.
 */
public final class Workers {
  /** The system property that limits the number of threads. */
  public static final String PROPERTY = "org.attention4j.threads";

  /** Read once, since each call of availableProcessors asks the operating system. */
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  private static final HelperThreads HELPERS =
      new HelperThreads(Workers::newThread, Workers::limit, System::nanoTime);
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private Workers() {}

  private static Thread newThread(Runnable work) {
    Thread thread = new Thread(work, "attention4j-" + NUMBER.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }

  /**
   * The number of threads.
   *
   * @return at least 1
   */
  public static int limit() {
    return Math.max(1, Integer.getInteger(PROPERTY, PROCESSORS));
  }

  /**
   * Runs task 0, 1, .. count - 1, each once, some at the same time; returns when all are done. No
   * task is begun after a failure. If tasks fail, this throws what the first of them in this order
   * threw, checked or not.
   *
   * @param count how many tasks
   * @param large whether the work is worth another thread
   * @param task is given the number of the task
   */
  public static void run(int count, boolean large, IntConsumer task) {
    HELPERS.run(count, large, task);
  }

  /** A task over some neighbouring numbers. */
  public interface Range {
    /**
     * Does the work.
     *
     * @param from the first number
     * @param to the number after the last one
     */
    void run(int from, int to);
  }

  /**
   * Runs a task for each part of 0, 1, .. length - 1, as {@link #run} does.
   *
   * @param length how many numbers
   * @param part how many of them a task takes; the last one may have fewer
   * @param large whether the work is worth another thread
   * @param task is given the numbers of its part
   */
  public static void runRanges(int length, int part, boolean large, Range task) {
    run(
        (length + part - 1) / part,
        large,
        i -> task.run(i * part, Math.min(length, (i + 1) * part)));
  }
}
