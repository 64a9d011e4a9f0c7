package org.attention4j.kernel;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * The threads of the kernels: as many as the system property {@value #PROPERTY} says, by default
 * one for each processor.
 *
 * <p>The thread that asks works too. Threads that ask at the same time, as under ParallelWrapper,
 * count among the number and share the helpers, so that never more threads compute than there shall
 * be, except for the callers themselves.
 */
public final class Workers {
  /** The system property that limits the number of threads. */
  public static final String PROPERTY = "org.attention4j.threads";

  private static final HelperThreads HELPERS =
      new HelperThreads(Workers::newThread, Workers::limit, System::nanoTime);
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final ConcurrentLinkedDeque<Workspace> FREE_SCRATCH =
      new ConcurrentLinkedDeque<>();

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
    return Math.max(1, Integer.getInteger(PROPERTY, Runtime.getRuntime().availableProcessors()));
  }

  /** As {@link HelperThreads#run}. */
  static void run(int count, boolean large, IntConsumer task) {
    HELPERS.run(count, large, task);
  }

  static Workspace borrowScratch() {
    Workspace scratch = FREE_SCRATCH.pollFirst();
    if (scratch == null) {
      return new Workspace();
    }
    scratch.arena.clear();
    return scratch;
  }

  static void giveBack(Workspace scratch) {
    FREE_SCRATCH.addFirst(scratch);
  }
}
