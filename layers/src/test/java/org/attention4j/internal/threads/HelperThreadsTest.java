package org.attention4j.internal.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
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
import org.junit.jupiter.params.provider.ValueSource;

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
          awaitQuietly(barrier);
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

  /** Calls that follow each other, at once or after a rest, are helped by the same threads. */
  @Test
  void thoseThatHelpedHelpAgain() throws InterruptedException {
    HelperThreads threads =
        new HelperThreads(
            machine(new AtomicInteger(TASKS), Refusal.ON_START), () -> 3, System::nanoTime);
    for (int i = 0; i < 200; i++) {
      assertThat(meet(threads, 3)).hasSize(3);
      if (i % 20 == 0) {
        TimeUnit.NANOSECONDS.sleep(20 * HelperThreads.SPIN_NANOS);
      }
    }
    assertThat(made.get()).isEqualTo(2);
  }

  /** A helper whose task was interrupted waits for the next one all the same. */
  @Test
  void anInterruptedTaskLeavesItsHelperUsable() {
    HelperThreads threads = new HelperThreads(Thread::new, () -> 2, System::nanoTime);
    Thread caller = Thread.currentThread();
    CyclicBarrier both = new CyclicBarrier(2);
    threads.run(
        2,
        true,
        task -> {
          awaitQuietly(both);
          if (Thread.currentThread() != caller) {
            Thread.currentThread().interrupt();
          }
        });
    assertThat(meet(threads, 2)).hasSize(2);
  }

  /** It sleeps on, and the next task does not find the thread interrupted. */
  @Test
  void anIdleHelperThatIsInterruptedIsUsable() throws InterruptedException {
    HelperThreads threads = new HelperThreads(Thread::new, () -> 2, System::nanoTime);
    Set<Thread> seen = meet(threads, 2);
    seen.remove(Thread.currentThread());
    Thread helper = seen.iterator().next();
    TimeUnit.NANOSECONDS.sleep(50 * HelperThreads.SPIN_NANOS);
    helper.interrupt();
    for (int i = 0; i < 1000 && !sleeps(helper); i++) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertThat(sleeps(helper)).isTrue();
    assertThat(meet(threads, 2)).contains(helper);
  }

  private static boolean sleeps(Thread helper) {
    return !helper.isInterrupted() && helper.getState() == Thread.State.TIMED_WAITING;
  }

  /** Each call runs exactly its own tasks, also if its helpers end and others are made. */
  @ParameterizedTest
  @ValueSource(longs = {1, 200_000, 30_000_000_000L})
  void callersAtTheSameTimeDoNotMixTheirTasks(long idleNanos) throws InterruptedException {
    HelperThreads threads = new HelperThreads(Thread::new, () -> 32, System::nanoTime, idleNanos);
    AtomicIntegerArray done = new AtomicIntegerArray(3);
    Set<String> pairs = ConcurrentHashMap.newKeySet();
    Thread[] callers = new Thread[done.length()];
    for (int caller = 0; caller < callers.length; caller++) {
      int number = caller;
      callers[caller] =
          new Thread(
              () -> {
                // The limit leaves helpers to each caller, and these tasks need one.
                meet(threads, 2).forEach(thread -> pairs.add(thread.getName() + " for " + number));
                for (int call = 1; call <= 300; call++) {
                  threads.run(
                      7,
                      true,
                      task -> {
                        pairs.add(Thread.currentThread().getName() + " for " + number);
                        done.incrementAndGet(number);
                      });
                  if (done.get(number) != 7 * call) {
                    done.set(number, Integer.MIN_VALUE);
                  }
                }
              });
      callers[caller].start();
    }
    for (int caller = 0; caller < callers.length; caller++) {
      callers[caller].join(60_000);
      assertThat(callers[caller].isAlive()).isFalse();
      assertThat(done.get(caller)).isEqualTo(7 * 300);
    }
    assertThat(pairs).as("threads that helped").hasSizeGreaterThan(callers.length);
  }

  /** One that is still asleep when the work is done is free for the next call. */
  @Test
  void helpersThatComeLateAreNotReplaced() {
    CountDownLatch go = new CountDownLatch(1);
    ThreadFactory slow =
        work -> {
          made.incrementAndGet();
          return new Thread(
              () -> {
                awaitQuietly(go);
                work.run();
              });
        };
    HelperThreads threads = new HelperThreads(slow, () -> 3, System::nanoTime);
    for (int i = 0; i < 19; i++) {
      everyTaskOnce(threads);
    }
    assertThat(made.get()).isEqualTo(2);
    go.countDown();
    assertThat(meet(threads, 3)).hasSize(3);
    assertThat(made.get()).isEqualTo(2);
  }

  @Test
  void helpersWithoutWorkEnd() throws InterruptedException {
    HelperThreads threads =
        new HelperThreads(
            machine(new AtomicInteger(TASKS), Refusal.ON_START), () -> 2, System::nanoTime, 1000);
    for (int i = 1; i <= 3; i++) {
      Set<Thread> seen = meet(threads, 2);
      for (Thread thread : seen) {
        if (thread != Thread.currentThread()) {
          thread.join(60_000);
          assertThat(thread.isAlive()).isFalse();
        }
      }
      assertThat(made.get()).isEqualTo(i);
    }
  }

  /** If the memory ends just then, the helper is lost but its caller goes on. */
  @Test
  void aHelperThatCannotBeFreedDoesNotStopItsCaller() throws InterruptedException {
    Tasks tasks = new Tasks(1, task -> {});
    Thread helper =
        new Thread(
            () -> {
              try {
                tasks.help(
                    () -> {
                      throw new OutOfMemoryError("Java heap space");
                    });
              } catch (OutOfMemoryError e) {
                // as it should
              }
            });
    helper.start();
    helper.join(60_000);
    Thread caller = new Thread(tasks::awaitHelpers);
    caller.start();
    caller.join(60_000);
    assertThat(caller.isAlive()).isFalse();
  }

  /** What a task held, such as large arrays, is free once the call has returned. */
  @Test
  void aHelperThatWaitsHoldsNothing() throws InterruptedException {
    HelperThreads threads = new HelperThreads(Thread::new, () -> 2, System::nanoTime);
    WeakReference<float[]> held = held(threads);
    for (int i = 0; i < 100 && held.get() != null; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(held.get()).isNull();
  }

  private static WeakReference<float[]> held(HelperThreads threads) {
    float[] numbers = new float[17];
    CyclicBarrier both = new CyclicBarrier(2);
    threads.run(
        2,
        true,
        task -> {
          numbers[task] = task;
          awaitQuietly(both);
        });
    return new WeakReference<>(numbers);
  }

  private static void awaitQuietly(CyclicBarrier barrier) {
    try {
      barrier.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new AssertionError("not all threads came", e);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
