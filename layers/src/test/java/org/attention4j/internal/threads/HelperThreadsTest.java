package org.attention4j.internal.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Helpers that cannot be had are done without, and are tried again. */
class HelperThreadsTest {
  private static final int TASKS = 23;
  private static final long PAUSE = HelperThreads.PAUSE_NANOS;

  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 17);
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger made = new AtomicInteger();

  /** How a machine that has no thread left says so. */
  private enum Refusal {
    ON_START {
      @Override
      Thread refuse() {
        return new Thread() {
          @Override
          public synchronized void start() {
            throw new OutOfMemoryError("unable to create native thread");
          }
        };
      }
    },
    IN_THE_FACTORY {
      @Override
      Thread refuse() {
        throw new OutOfMemoryError("Java heap space");
      }
    },
    BY_A_SECURITY_MANAGER {
      @Override
      Thread refuse() {
        throw new SecurityException("no thread");
      }
    },
    WITHOUT_A_WORD {
      @Override
      Thread refuse() {
        return null;
      }
    };

    abstract Thread refuse();
  }

  /** Makes as many threads as the machine has left. */
  private ThreadFactory machine(AtomicInteger left, Refusal refusal) {
    return work -> {
      asked.incrementAndGet();
      if (left.getAndUpdate(n -> Math.max(0, n - 1)) == 0) {
        return refusal.refuse();
      }
      made.incrementAndGet();
      Thread thread = new Thread(work);
      thread.setDaemon(true);
      return thread;
    };
  }

  private static void everyTaskOnce(HelperThreads threads) {
    AtomicIntegerArray runs = new AtomicIntegerArray(TASKS);
    threads.run(TASKS, true, runs::incrementAndGet);
    for (int i = 0; i < TASKS; i++) {
      assertThat(runs.get(i)).isOne();
    }
  }

  /** Tasks that wait for one another end only if that many threads run them. */
  private static Set<Thread> meet(HelperThreads threads, int number) {
    CyclicBarrier barrier = new CyclicBarrier(number);
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    threads.run(
        number,
        true,
        task -> {
          seen.add(Thread.currentThread());
          try {
            barrier.await(1, TimeUnit.MINUTES);
          } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new AssertionError("fewer than " + number + " threads", e);
          }
        });
    return seen;
  }

  @ParameterizedTest
  @EnumSource
  void withoutAnyHelperTheCallerDoesItAll(Refusal refusal) {
    HelperThreads threads =
        new HelperThreads(machine(new AtomicInteger(), refusal), () -> 5, clock::get);
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    threads.run(TASKS, true, task -> seen.add(Thread.currentThread()));
    assertThat(seen).containsExactly(Thread.currentThread());
    everyTaskOnce(threads);
  }

  @ParameterizedTest
  @EnumSource
  void thoseThereAreHelp(Refusal refusal) {
    HelperThreads threads =
        new HelperThreads(machine(new AtomicInteger(2), refusal), () -> 5, clock::get);
    assertThat(meet(threads, 3)).hasSize(3);
    everyTaskOnce(threads);
    assertThat(made.get()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void afterThePauseAllAreThereAgain(Refusal refusal) {
    AtomicInteger left = new AtomicInteger();
    HelperThreads threads = new HelperThreads(machine(left, refusal), () -> 5, clock::get);
    everyTaskOnce(threads);
    assertThat(asked.get()).isOne();
    left.set(4);

    clock.addAndGet(PAUSE - 1);
    everyTaskOnce(threads);
    assertThat(asked.get()).as("nothing is tried in the pause").isOne();

    clock.incrementAndGet();
    assertThat(meet(threads, 5)).hasSize(5);
    assertThat(made.get()).isEqualTo(4);
  }

  @Test
  void aSecondRefusalMakesASecondPause() {
    HelperThreads threads =
        new HelperThreads(machine(new AtomicInteger(), Refusal.ON_START), () -> 5, clock::get);
    for (int i = 1; i <= 3; i++) {
      everyTaskOnce(threads);
      everyTaskOnce(threads);
      clock.addAndGet(PAUSE / 2);
      everyTaskOnce(threads);
      assertThat(asked.get()).isEqualTo(i);
      clock.addAndGet(PAUSE / 2);
    }
  }

  /** Helpers that were refused must not count as busy. */
  @Test
  void refusedHelpersAreGivenBack() {
    AtomicInteger left = new AtomicInteger();
    HelperThreads threads = new HelperThreads(machine(left, Refusal.ON_START), () -> 3, clock::get);
    for (int i = 0; i < 7; i++) {
      everyTaskOnce(threads);
      clock.addAndGet(PAUSE);
    }
    left.set(2);
    assertThat(meet(threads, 3)).hasSize(3);
  }

  @Test
  void aFailureWithoutHelpersComesOut() {
    HelperThreads threads =
        new HelperThreads(machine(new AtomicInteger(), Refusal.ON_START), () -> 3, clock::get);
    IllegalStateException broken = new IllegalStateException("broken");
    assertThatThrownBy(
            () ->
                threads.run(
                    TASKS,
                    true,
                    task -> {
                      throw broken;
                    }))
        .isSameAs(broken);
    everyTaskOnce(threads);
  }

  /** The smaller number fails later, and still it is its failure that comes out. */
  @Test
  void theFirstFailureInTheOrderOfTasksComesOut() {
    HelperThreads threads = new HelperThreads(Thread::new, () -> 2, System::nanoTime);
    CountDownLatch second = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                threads.run(
                    2,
                    true,
                    task -> {
                      if (task == 1) {
                        second.countDown();
                      } else {
                        awaitQuietly(second);
                      }
                      throw new IllegalStateException("task " + task);
                    }))
        .hasMessage("task 0");
  }

  /** No helper may touch the arrays once the call has returned. */
  @Test
  void aHelperThatComesTooLateIsSentAway() {
    CountDownLatch go = new CountDownLatch(1);
    ThreadFactory slow =
        work ->
            new Thread(
                () -> {
                  awaitQuietly(go);
                  work.run();
                });
    HelperThreads threads = new HelperThreads(slow, () -> 2, System::nanoTime);
    AtomicInteger done = new AtomicInteger();
    threads.run(TASKS, true, task -> done.incrementAndGet());
    assertThat(done.get()).isEqualTo(TASKS);
    go.countDown();
    everyTaskOnce(threads);
    assertThat(done.get()).isEqualTo(TASKS);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
