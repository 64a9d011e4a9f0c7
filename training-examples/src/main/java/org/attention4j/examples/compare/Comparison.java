package org.attention4j.examples.compare;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.attention4j.examples.support.CommandFailure;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.training.Corpus;
import org.attention4j.examples.training.Jobs;
import org.attention4j.examples.training.Unfinished;
import org.attention4j.monitor.reporters.Reporter;
import org.nd4j.linalg.factory.Nd4j;

/** Trains a model for each normalizer and seed and keeps each one as soon as it is finished. */
final class Comparison {
  private static final String TASK = "compare";

  private final Experiment experiment;
  private final TrialStore store;
  private final TrialTraining training;
  private final PrintWriter messages;

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
    store = new TrialStore(trials, corpus, experiment.monitorEvery(), messages);
    training = new TrialTraining(corpus, experiment.monitorEvery());
  }

  /** Where a trial is once it is finished. */
  Path directory(Trial trial) {
    return store.directory(trial);
  }

  /**
   * Trains the models, or takes what is there.
   *
   * @param resume whether finished trials are taken as they are; otherwise they are trained again
   * @param parallel how many models train at the same time
   * @param live who else is told what the monitor sees of a trial
   * @param unfinished is told of each trial that is finished
   * @return the results, by normalizer in the order given
   * @throws CommandFailure if a model cannot be trained
   */
  List<NormalizerResult> run(
      boolean resume,
      int parallel,
      Function<Trial, List<Reporter>> live,
      Unfinished<TrialResult> unfinished) {
    List<Jobs.Job<TrialResult>> jobs = new ArrayList<>();
    for (Trial trial : experiment.trials()) {
      jobs.add(
          new Jobs.Job<>(
              experiment.steps(), () -> kept(trial), progress -> train(trial, live, progress)));
    }
    return byNormalizer(Jobs.run(TASK, jobs, resume, parallel, unfinished, messages));
  }

  /** Brings together what has the same normalizer; a normalizer without any result is left out. */
  static List<NormalizerResult> byNormalizer(List<TrialResult> trials) {
    Map<String, List<TrialResult>> results = new LinkedHashMap<>();
    trials.forEach(
        trial -> results.computeIfAbsent(trial.label(), label -> new ArrayList<>()).add(trial));
    return results.entrySet().stream()
        .map(entry -> new NormalizerResult(entry.getKey(), List.copyOf(entry.getValue())))
        .toList();
  }

  /** A trial may have been named otherwise by the comparison that trained it. */
  private Optional<TrialResult> kept(Trial trial) {
    return store.find(trial).map(result -> result.withLabel(trial.attention().label()));
  }

  private TrialResult train(
      Trial trial, Function<Trial, List<Reporter>> live, Jobs.Progress progress) {
    Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
    TrialResult result =
        training.run(
            trial,
            store.begin(trial),
            live.apply(trial),
            (step, bits) ->
                progress.step("%s: %s bits/char".formatted(trial.title(), Numbers.fixed(bits, 3))));
    store.finish(trial, result);
    return result;
  }
}
