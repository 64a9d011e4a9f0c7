package org.attention4j.kernel;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

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

  private static final long IDLE_SECONDS = 30;
  private static final AtomicInteger BUSY = new AtomicInteger();
  private static final ExecutorService HELPERS =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Workers::newThread);
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final ConcurrentLinkedDeque<Scratch> FREE_SCRATCH = new ConcurrentLinkedDeque<>();

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

  /** Runs task 0, 1, .. count - 1, each once, some at the same time; returns when all are done. */
  static void run(int count, boolean large, IntConsumer task) {
    AtomicInteger next = new AtomicInteger();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Runnable work =
        () -> {
          for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
            try {
              task.accept(i);
            } catch (Throwable e) {
              failure.compareAndSet(null, e);
              next.set(count);
            }
          }
        };
    int helpers = large ? borrow(count - 1) : 0;
    if (helpers == 0) {
      BUSY.incrementAndGet();
      try {
        work.run();
      } finally {
        BUSY.decrementAndGet();
      }
    } else {
      runWithHelpers(work, helpers);
    }
    Throwable thrown = failure.get();
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
  }

  private static void runWithHelpers(Runnable work, int helpers) {
    CountDownLatch done = new CountDownLatch(helpers);
    for (int i = 0; i < helpers; i++) {
      HELPERS.execute(
          () -> {
            try {
              work.run();
            } finally {
              done.countDown();
            }
          });
    }
    try {
      work.run();
      awaitAll(done);
    } finally {
      BUSY.addAndGet(-helpers - 1);
    }
  }

  /** An interrupt waits until the arrays are no longer written to. */
  private static void awaitAll(CountDownLatch done) {
    boolean interrupted = false;
    while (true) {
      try {
        done.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes this thread and up to that many helpers out of the number; none if there are none. */
  private static int borrow(int wanted) {
    while (true) {
      int busy = BUSY.get();
      int helpers = Math.max(0, Math.min(wanted, limit() - busy - 1));
      if (helpers == 0) {
        return 0;
      }
      if (BUSY.compareAndSet(busy, busy + helpers + 1)) {
        return helpers;
      }
    }
  }

  static Scratch borrowScratch() {
    Scratch scratch = FREE_SCRATCH.pollFirst();
    if (scratch == null) {
      return new Scratch();
    }
    scratch.arena.clear();
    return scratch;
  }

  static void giveBack(Scratch scratch) {
    FREE_SCRATCH.addFirst(scratch);
  }
}
