package org.attention4j.examples;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Works on several trainings at a time, one thread each: models this small keep no more than one
 * processor busy.
 */
final class Jobs {
  private static final int WIDTH = 100;
  private static final int INTERVAL_MILLIS = 500;

  private Jobs() {}

  /** Hears of what a job has done. */
  @FunctionalInterface
  interface Progress {
    /**
     * Called after each step of a job.
     *
     * @param message what the job has come to, such as its loss
     */
    void step(String message);
  }

  /** A job of known length. */
  @FunctionalInterface
  interface Job<T> {
    /**
     * Does the work.
     *
     * @param progress is to hear of each step
     * @return what came of it
     */
    T run(Progress progress);
  }

  /**
   * Runs jobs, shows a bar with the time left, and waits for all of them.
   *
   * @param jobs the jobs; each draws its random numbers from its own seed
   * @param task what the bar is about
   * @param steps how many steps all jobs have together
   * @param messages where the bar is drawn
   * @return the results in the order of the jobs
   */
  static <T> List<T> run(List<Job<T>> jobs, String task, long steps, PrintWriter messages) {
    int threads = Math.min(jobs.size(), Runtime.getRuntime().availableProcessors());
    ExecutorService workers = Executors.newFixedThreadPool(Math.max(1, threads));
    try (ProgressBar bar = bar(task, steps, messages)) {
      Progress progress =
          message -> {
            bar.setExtraMessage(" " + message);
            bar.step();
          };
      List<Future<T>> futures = new ArrayList<>();
      jobs.forEach(job -> futures.add(workers.submit(() -> job.run(progress))));
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(result(future));
      }
      return results;
    } finally {
      workers.shutdownNow();
      messages.println();
      messages.flush();
    }
  }

  private static <T> T result(Future<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new CommandFailure(Sentences.about(cause), cause);
    } catch (InterruptedException | CancellationException e) {
      throw new CommandFailure("The run was interrupted.", e);
    }
  }

  private static ProgressBar bar(String task, long steps, PrintWriter messages) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(steps)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(INTERVAL_MILLIS)
        .setConsumer(
            new DelegatingProgressBarConsumer(
                line -> {
                  messages.print("\r" + line);
                  messages.flush();
                },
                WIDTH))
        .build();
  }
}
