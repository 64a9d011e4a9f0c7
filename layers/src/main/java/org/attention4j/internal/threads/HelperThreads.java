package org.attention4j.internal.threads;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads that help whoever asks to run tasks. The thread that asks works too, so that the work is
 * done also if no helper can be had.
 *
 * <p>Where the machine refuses a thread (a limit on processes, no memory for a stack), those there
 * are do the work; after a pause a new one is tried again.
 */
final class HelperThreads {
  private static final Logger LOG = LoggerFactory.getLogger(HelperThreads.class);
  private static final long IDLE_SECONDS = 30;

  /** After a refusal. Each attempt costs a system call, and the JVM prints a line about it. */
  static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ThreadFactory factory;
  private final IntSupplier limit;
  private final LongSupplier nanoTime;
  private final ThreadPoolExecutor pool;
  private final AtomicInteger busy = new AtomicInteger();
  private final AtomicBoolean warned = new AtomicBoolean();
  private volatile boolean refused;
  private volatile long refusedAt;

  /**
   * Starts no thread yet.
   *
   * @param factory makes the threads; may fail
   * @param limit how many threads shall compute at the same time
   * @param nanoTime the clock of the pause
   */
  HelperThreads(ThreadFactory factory, IntSupplier limit, LongSupplier nanoTime) {
    this.factory = factory;
    this.limit = limit;
    this.nanoTime = nanoTime;
    pool =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            this::newThread);
  }

  /** A thread; null, on which the pool rejects the work, during the pause after a refusal. */
  private @Nullable Thread newThread(Runnable work) {
    return refused && nanoTime.getAsLong() - refusedAt < PAUSE_NANOS
        ? null
        : factory.newThread(work);
  }

  /**
   * Runs task 0, 1, .. count - 1, each once, some at the same time; returns when all are done.
   * Throws what the first task in this order that fails throws, checked or not; no task is begun
   * after a failure.
   *
   * @param large whether the work is worth a helper
   */
  void run(int count, boolean large, IntConsumer task) {
    Tasks tasks = new Tasks(count, task);
    int helpers = large ? borrow(count - 1) : 0;
    if (helpers == 0) {
      busy.incrementAndGet();
      try {
        tasks.run();
      } finally {
        busy.decrementAndGet();
      }
    } else {
      runWithHelpers(tasks, helpers);
    }
    tasks.throwFailure();
  }

  private void runWithHelpers(Tasks tasks, int wanted) {
    int started = 0;
    try {
      while (started < wanted && start(tasks::help)) {
        started++;
      }
      busy.addAndGet(started - wanted);
      tasks.run();
      tasks.awaitHelpers();
    } finally {
      busy.addAndGet(-started - 1);
    }
  }

  /** Whether a helper could be had. Whatever the reason that it could not, the caller can work. */
  private boolean start(Runnable help) {
    try {
      pool.execute(help);
      return true;
    } catch (Throwable e) {
      if (!refused || nanoTime.getAsLong() - refusedAt >= PAUSE_NANOS) {
        refusedAt = nanoTime.getAsLong();
        refused = true;
      }
      if (warned.compareAndSet(false, true)) {
        LOG.warn(
            "No further thread can be started for attention ({}); it runs with those there are, and"
                + " more are tried again from time to time.",
            e.toString());
      }
      return false;
    }
  }

  /** Takes this thread and up to that many helpers out of the number; none if there are none. */
  private int borrow(int wanted) {
    while (true) {
      int others = busy.get();
      int helpers = Math.max(0, Math.min(wanted, limit.getAsInt() - others - 1));
      if (helpers == 0) {
        return 0;
      }
      if (busy.compareAndSet(others, others + helpers + 1)) {
        return helpers;
      }
    }
  }

  /** The tasks of one call, which several threads take one by one. */
  private static final class Tasks {
    private final int count;
    private final IntConsumer task;
    private final AtomicInteger next = new AtomicInteger();
    private int helping;
    private boolean closed;
    private int failed = Integer.MAX_VALUE;
    private @Nullable Throwable failure;

    Tasks(int count, IntConsumer task) {
      this.count = count;
      this.task = task;
    }

    /** What a helper does; one that comes when the caller has finished is sent away. */
    void help() {
      synchronized (this) {
        if (closed) {
          return;
        }
        helping++;
      }
      try {
        run();
      } finally {
        synchronized (this) {
          helping--;
          notifyAll();
        }
      }
    }

    /** An interrupt waits until the arrays are no longer written to. */
    synchronized void awaitHelpers() {
      closed = true;
      boolean interrupted = false;
      while (helping > 0) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    void run() {
      for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
        try {
          task.accept(i);
        } catch (Throwable e) {
          fail(i, e);
        }
      }
    }

    /**
     * Keeps the failure of the smallest number: all smaller ones were begun before, so that it is
     * the same for any number of threads.
     */
    private synchronized void fail(int number, Throwable thrown) {
      next.set(count);
      if (number < failed) {
        failed = number;
        failure = thrown;
      }
    }

    synchronized void throwFailure() {
      if (failure != null) {
        HelperThreads.<RuntimeException>rethrow(failure);
      }
    }
  }

  /** Throws anything as it is: Kotlin, Scala and generics throw checked exceptions undeclared. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void rethrow(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
