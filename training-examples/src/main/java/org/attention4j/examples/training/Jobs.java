package org.attention4j.examples.training;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.attention4j.examples.support.CommandFailure;

/**
 * Works on several trainings at a time, one thread each: models this small keep no more than one
 * processor busy. Each is kept as soon as it is finished.
 */
public final class Jobs {
  private Jobs() {}

  /** Hears of what a job has done. */
  @FunctionalInterface
  public interface Progress {
    /**
     * Called after each step of a job.
     *
     * @param message what the job has come to, such as its loss
     * @throws CancellationException if the job is to stop
     */
    void step(String message);
  }

  /**
   * A job of known length; it draws its random numbers from its own seed.
   *
   * @param steps how many steps it has; it may end early
   * @param kept finds what came of it in an earlier run
   * @param work does it, and keeps what came of it where {@code kept} finds it
   */
  public record Job<T>(int steps, Supplier<Optional<T>> kept, Function<Progress, T> work) {}

  /**
   * Runs jobs, shows how far they are, and waits for all of them.
   *
   * @param <T> what comes of a job
   * @param task what the jobs are about, in a word
   * @param jobs the jobs
   * @param resume whether what was kept is taken as it is
   * @param parallel how many jobs to work on at the same time
   * @param unfinished is told of each job that is finished, for the case that not all will be
   * @param messages where the progress is shown
   * @return the results in the order of the jobs
   * @throws CommandFailure if a job fails
   */
  public static <T> List<T> run(
      String task,
      List<? extends Job<? extends T>> jobs,
      boolean resume,
      int parallel,
      Unfinished<T> unfinished,
      PrintWriter messages) {
    NativeThreads.workOnOneThread();
    AtomicBoolean stopped = new AtomicBoolean();
    ExecutorService workers = Executors.newFixedThreadPool(Math.min(jobs.size(), parallel));
    long steps = jobs.stream().mapToLong(Job::steps).sum();
    try (TrainingBar bar = new TrainingBar(task, jobs.size(), steps, messages)) {
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < jobs.size(); i++) {
        int index = i;
        futures.add(
            workers.submit(
                () -> {
                  T result = result(jobs.get(index), resume, bar, stopped);
                  unfinished.add(index, result);
                  return result;
                }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(awaited(future, unfinished));
      }
      return results;
    } finally {
      stopped.set(true);
      workers.shutdownNow();
    }
  }

  private static <T> T result(
      Job<? extends T> job, boolean resume, TrainingBar bar, AtomicBoolean stopped) {
    Optional<? extends T> kept = resume ? job.kept().get() : Optional.empty();
    if (kept.isPresent()) {
      bar.skip(job.steps());
      return kept.get();
    }
    AtomicInteger done = new AtomicInteger();
    T result =
        job.work()
            .apply(
                message -> {
                  if (stopped.get()) {
                    throw new CancellationException();
                  }
                  done.incrementAndGet();
                  bar.step(message);
                });
    bar.end(job.steps() - done.get());
    return result;
  }

  private static <T> T awaited(Future<T> future, Unfinished<T> unfinished) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw unfinished.failure(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unfinished.failure(new CommandFailure("Interrupted.", e));
    }
  }
}
