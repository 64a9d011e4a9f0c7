package org.attention4j.internal.threads;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
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
 * <p>The operations of a model follow each other within microseconds, while a sleeping thread needs
 * some fifty to wake up. So a helper that waits for tasks, and a caller that waits for its helpers,
 * spin for a short while before they park.
 *
 * <p>Where the machine refuses a thread (a limit on processes, no memory for a stack), those there
 * are do the work; after a pause a new one is tried again.
 */
final class HelperThreads {
  private static final Logger LOG = LoggerFactory.getLogger(HelperThreads.class);

  /** How long an idle helper is kept. */
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** How long a thread spins before it parks: about what parking and waking up take. */
  static final long SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  /** After a refusal. Each attempt costs a system call, and the JVM prints a line about it. */
  static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ThreadFactory factory;
  private final IntSupplier limit;
  private final LongSupplier nanoTime;
  private final long idleNanos;

  /** Helpers without tasks. The one that worked last comes first: its caches are warm. */
  private final ConcurrentLinkedDeque<Helper> idle = new ConcurrentLinkedDeque<>();

  private final AtomicInteger busy = new AtomicInteger();
  private final AtomicBoolean warned = new AtomicBoolean();
  private volatile boolean refused;
  private volatile long refusedAt;

  /**
   * Starts no thread yet.
   *
   * @param factory makes the threads; may fail
   * @param limit how many threads may compute at the same time
   * @param nanoTime the clock of the pause
   */
  HelperThreads(ThreadFactory factory, IntSupplier limit, LongSupplier nanoTime) {
    this(factory, limit, nanoTime, IDLE_NANOS);
  }

  /** The same, with helpers that end when they were idle for so many nanoseconds. */
  HelperThreads(ThreadFactory factory, IntSupplier limit, LongSupplier nanoTime, long idleNanos) {
    this.factory = factory;
    this.limit = limit;
    this.nanoTime = nanoTime;
    this.idleNanos = idleNanos;
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
    List<Helper> helpers = new ArrayList<>(wanted);
    int counted = wanted;
    try {
      Helper helper = helper(tasks);
      while (helper != null) {
        helpers.add(helper);
        helper = helpers.size() < wanted ? helper(tasks) : null;
      }
      counted = helpers.size();
      busy.addAndGet(counted - wanted);
      tasks.run();
    } finally {
      try {
        helpers.forEach(helper -> helper.takeBack(tasks));
      } finally {
        tasks.awaitHelpers();
        busy.addAndGet(-counted - 1);
      }
    }
  }

  /** One that was given the tasks; null if none could be had, for whatever reason. */
  private @Nullable Helper helper(Tasks tasks) {
    Helper free = idle.pollFirst();
    if (free != null) {
      free.give(tasks);
      return free;
    }
    if (refused && nanoTime.getAsLong() - refusedAt < PAUSE_NANOS) {
      return null;
    }
    try {
      Helper started = new Helper(tasks);
      started.thread.start();
      return started;
    } catch (Throwable e) {
      refusedAt = nanoTime.getAsLong();
      refused = true;
      if (warned.compareAndSet(false, true)) {
        LOG.warn(
            "No further thread can be started for attention ({}); it runs with those there are, and"
                + " more are tried again from time to time.",
            e.toString());
      }
      return null;
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

  /** A thread that works on given tasks, one after the other, until none come for a long time. */
  private final class Helper implements Runnable {
    private final Thread thread;
    private final AtomicReference<@Nullable Tasks> given;

    Helper(Tasks first) {
      given = new AtomicReference<>(first);
      thread = Objects.requireNonNull(factory.newThread(this), "no thread was made");
    }

    void give(Tasks tasks) {
      given.set(tasks);
      LockSupport.unpark(thread);
    }

    /** If it has not begun, because it was asleep and the work is done, it is free for the next. */
    void takeBack(Tasks tasks) {
      if (given.compareAndSet(tasks, null)) {
        idle.addFirst(this);
      }
    }

    @Override
    public void run() {
      do {
        work();
      } while (isGivenMore());
    }

    /** A method of its own, so that a helper that waits holds nothing of what it has done. */
    private void work() {
      Tasks tasks = given.getAndSet(null);
      if (tasks != null) {
        tasks.help(() -> idle.addFirst(this));
      }
    }

    /** Waits for tasks; false if none came for a long time. */
    private boolean isGivenMore() {
      long start = System.nanoTime();
      while (given.get() == null && System.nanoTime() - start < SPIN_NANOS) {
        Thread.onSpinWait();
      }
      while (given.get() == null) {
        long left = start + idleNanos - System.nanoTime();
        // Whoever has taken this helper out of the idle ones gives it tasks or puts it back.
        if (left <= 0 && idle.remove(this)) {
          return false;
        }
        LockSupport.parkNanos(this, left > 0 ? left : idleNanos);
        Thread.interrupted(); // or the thread could not sleep any more
      }
      Thread.interrupted(); // whoever interrupted it did not mean the next tasks
      return true;
    }
  }
}
