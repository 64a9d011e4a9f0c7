package org.attention4j.internal.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Threads run every task once, and are never more than the limit. */
class WorkersTest {
  private static final int[] THREADS = {1, 2, 3, 7};

  private @Nullable String before;

  @BeforeEach
  void remember() {
    before = System.getProperty(Workers.PROPERTY);
  }

  @AfterEach
  void restore() {
    if (before == null) {
      System.clearProperty(Workers.PROPERTY);
    } else {
      System.setProperty(Workers.PROPERTY, before);
    }
  }

  private static void threads(int number) {
    System.setProperty(Workers.PROPERTY, Integer.toString(number));
  }

  /** Parts that fill the length, one that does not, one that is longer, and nothing at all. */
  @ParameterizedTest
  @CsvSource({"101, 7", "91, 7", "5, 7", "1, 1", "0, 7"})
  void rangesCoverEachNumberOnce(int length, int part) {
    for (int number : THREADS) {
      threads(number);
      AtomicIntegerArray runs = new AtomicIntegerArray(length);
      AtomicInteger parts = new AtomicInteger();
      Workers.runRanges(
          length,
          part,
          true,
          (from, to) -> {
            assertThat(from % part).isZero();
            assertThat(to - from).isBetween(1, part);
            parts.incrementAndGet();
            for (int i = from; i < to; i++) {
              runs.incrementAndGet(i);
            }
          });
      assertThat(parts.get()).isEqualTo((int) Math.ceil(length / (double) part));
      for (int i = 0; i < length; i++) {
        assertThat(runs.get(i)).isOne();
      }
    }
  }

  @Test
  void everyTaskRunsOnce() {
    for (int number : THREADS) {
      threads(number);
      AtomicIntegerArray runs = new AtomicIntegerArray(101);
      Workers.run(runs.length(), true, runs::incrementAndGet);
      for (int i = 0; i < runs.length(); i++) {
        assertThat(runs.get(i)).isOne();
      }
    }
  }

  /** Three tasks that wait for one another end only if three threads run them. */
  @Test
  void asManyThreadsAsAskedFor() {
    threads(3);
    meet(3);
  }

  private static void meet(int threads) {
    CyclicBarrier barrier = new CyclicBarrier(threads);
    Workers.run(
        threads,
        true,
        task -> {
          try {
            barrier.await(1, TimeUnit.MINUTES);
          } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            fail("fewer than " + threads + " threads", e);
          }
        });
  }

  @Test
  void smallWorkStaysInTheThreadThatAsks() {
    threads(7);
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    Workers.run(31, false, task -> seen.add(Thread.currentThread()));
    assertThat(seen).containsExactly(Thread.currentThread());
  }

  /** Helpers are one fewer than the limit, however many ask. */
  @Test
  void neverMoreHelpersThanTheLimit() throws ExecutionException, InterruptedException {
    threads(3);
    Set<Thread> callers = ConcurrentHashMap.newKeySet();
    AtomicInteger helping = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> asked = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        asked.add(
            pool.submit(
                () -> {
                  callers.add(Thread.currentThread());
                  Workers.run(
                      13,
                      true,
                      task -> {
                        boolean helper = !callers.contains(Thread.currentThread());
                        if (helper) {
                          most.accumulateAndGet(helping.incrementAndGet(), Math::max);
                        }
                        LockSupport.parkNanos(10_000);
                        if (helper) {
                          helping.decrementAndGet();
                        }
                      });
                }));
      }
      for (Future<?> future : asked) {
        future.get();
      }
    } finally {
      pool.shutdown();
    }
    assertThat(most.get()).isLessThanOrEqualTo(2);
  }

  @Test
  void whatATaskThrowsComesOutAndFreesItsHelpers() {
    threads(3);
    for (Throwable thrown :
        List.of(
            new IllegalStateException("broken"),
            new AssertionError("no"),
            new OutOfMemoryError("a task's own"),
            new StackOverflowError(),
            new IOException("undeclared"),
            new InterruptedException("undeclared"),
            new Throwable("neither"))) {
      for (int i = 0; i < 5; i++) {
        assertThatThrownBy(
                () ->
                    Workers.run(
                        29,
                        true,
                        task -> {
                          if (task == 17) {
                            WorkersTest.<RuntimeException>sneak(thrown);
                          }
                        }))
            .isSameAs(thrown);
      }
    }
    meet(3);
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void sneak(Throwable thrown) throws E {
    throw (E) thrown;
  }

  /** The arrays must not be written to after the call. */
  @Test
  void anInterruptWaits() {
    threads(3);
    AtomicInteger done = new AtomicInteger();
    Thread.currentThread().interrupt();
    Workers.run(31, true, task -> done.incrementAndGet());
    assertThat(Thread.interrupted()).isTrue();
    assertThat(done.get()).isEqualTo(31);
  }

  @Test
  void limitIsAtLeastOne() {
    threads(0);
    assertThat(Workers.limit()).isOne();
    System.setProperty(Workers.PROPERTY, "many");
    assertThat(Workers.limit()).isEqualTo(Runtime.getRuntime().availableProcessors());
  }
}
