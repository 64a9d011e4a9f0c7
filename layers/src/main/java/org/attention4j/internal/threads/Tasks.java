package org.attention4j.internal.threads;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** The tasks of one call, which several threads take one by one. */
final class Tasks {
  private final int count;
  private final IntConsumer task;
  private final AtomicInteger next = new AtomicInteger();
  private volatile int helping;
  private boolean closed;
  private int failed = Integer.MAX_VALUE;
  private @Nullable Throwable failure;

  Tasks(int count, IntConsumer task) {
    this.count = count;
    this.task = task;
  }

  /**
   * What a helper does; one that comes when the caller has finished is sent away.
   *
   * @param free makes the helper available again; called before the caller goes on, who may want
   *     the same helper at once
   */
  void help(Runnable free) {
    if (!begin()) {
      free.run();
      return;
    }
    try {
      run();
      free.run();
    } finally {
      end();
    }
  }

  private synchronized boolean begin() {
    if (!closed) {
      helping++;
    }
    return !closed;
  }

  private synchronized void end() {
    helping--;
    notifyAll();
  }

  /** An interrupt waits until the arrays are no longer written to. */
  void awaitHelpers() {
    close();
    long start = System.nanoTime();
    while (helping > 0 && System.nanoTime() - start < HelperThreads.SPIN_NANOS) {
      Thread.onSpinWait();
    }
    if (helping > 0) {
      sleepUntilHelped();
    }
  }

  private synchronized void close() {
    closed = true;
  }

  private synchronized void sleepUntilHelped() {
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
   * Keeps the failure of the smallest number: all smaller ones were begun before, so that it is the
   * same for any number of threads.
   */
  private synchronized void fail(int number, Throwable thrown) {
    next.set(count);
    if (number < failed) {
      failed = number;
      failure = thrown;
    }
  }

  /** Throws what the first task that failed threw, if one did. */
  synchronized void throwFailure() {
    if (failure != null) {
      Tasks.<RuntimeException>rethrow(failure);
    }
  }

  /** Throws anything as it is: Kotlin, Scala and generics throw checked exceptions undeclared. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void rethrow(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
