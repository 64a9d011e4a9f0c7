package org.attention4j.examples;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.attention4j.monitor.Reporter;
import org.nd4j.linalg.factory.Nd4j;

/** Trains a model for each normalizer and seed and keeps each one as soon as it is finished. */
final class Comparison {
  private final Experiment experiment;
  private final TrialStore store;
  private final Training training;
  private final PrintWriter messages;
  private final AtomicInteger finished = new AtomicInteger();
  private volatile boolean stopped;

  /**
   * Prepares a comparison.
   *
   * @param experiment what to train
   * @param corpus the text
   * @param trials the directory in which finished trials are kept
   * @param messages where the progress is shown
   */
  Comparison(Experiment experiment, Corpus corpus, Path trials, PrintWriter messages) {
    this.experiment = experiment;
    this.messages = messages;
    store = new TrialStore(trials, corpus, experiment.monitorEvery());
    training = new Training(corpus, experiment.monitorEvery());
  }

  /** Where a trial is once it is finished. */
  Path directory(Trial trial) {
    return store.directory(trial);
  }

  /**
   * Trains the models, or takes what is there.
   *
   * @param resume whether finished trials are taken as they are; otherwise they are trained anew
   * @param parallel how many models train at the same time
   * @param live who else is told what the monitor sees of a trial
   * @return the results, by normalizer in the order given
   * @throws CommandFailure if a model cannot be trained
   */
  List<NormalizerResult> run(boolean resume, int parallel, Function<Trial, List<Reporter>> live) {
    Native.workOnOneThread();
    List<Trial> trials = experiment.trials();
    Thread farewell = new Thread(() -> interrupted(trials.size()), "comparison-farewell");
    Runtime.getRuntime().addShutdownHook(farewell);
    ExecutorService threads = Executors.newFixedThreadPool(parallel);
    try (TrainingBar bar = new TrainingBar(messages, trials.size(), experiment.steps())) {
      List<Future<TrialResult>> futures = new ArrayList<>();
      for (Trial trial : trials) {
        futures.add(threads.submit(() -> result(trial, resume, live, bar)));
      }
      return byNormalizer(trials, futures);
    } finally {
      stopped = true;
      threads.shutdownNow();
      Runtime.getRuntime().removeShutdownHook(farewell);
    }
  }

  private List<NormalizerResult> byNormalizer(
      List<Trial> trials, List<Future<TrialResult>> futures) {
    Map<String, List<TrialResult>> results = new LinkedHashMap<>();
    for (int i = 0; i < futures.size(); i++) {
      results
          .computeIfAbsent(trials.get(i).normalizer().label(), label -> new ArrayList<>())
          .add(awaited(futures.get(i), trials.size()));
    }
    return results.entrySet().stream()
        .map(entry -> new NormalizerResult(entry.getKey(), List.copyOf(entry.getValue())))
        .toList();
  }

  private TrialResult awaited(Future<TrialResult> future, int trials) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new CommandFailure(
          "%s %d of %d trials are finished; with --resume they need not be trained again."
              .formatted(
                  Sentences.about(Optional.ofNullable(e.getCause()).orElse(e)),
                  finished.get(),
                  trials),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure("Interrupted.", e);
    }
  }

  private TrialResult result(
      Trial trial, boolean resume, Function<Trial, List<Reporter>> live, TrainingBar bar) {
    Optional<TrialResult> kept = resume ? store.find(trial) : Optional.empty();
    if (kept.isPresent()) {
      bar.skip();
      finished.incrementAndGet();
      return kept.get();
    }
    Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
    TrialResult result =
        training.run(
            trial,
            store.begin(trial),
            live.apply(trial),
            (step, bits) -> {
              if (stopped) {
                throw new CancellationException();
              }
              bar.onStep(trial.title(), bits);
            });
    store.finish(trial, result);
    bar.end(experiment.steps() - result.losses().size());
    finished.incrementAndGet();
    return result;
  }

  private void interrupted(int trials) {
    messages.printf(
        "%nInterrupted; %d of %d trials are finished. The same command with --resume goes on"
            + " from there.%n",
        finished.get(), trials);
    messages.flush();
  }
}
