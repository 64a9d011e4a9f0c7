package org.attention4j.examples.recall;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.attention4j.examples.retrieval.RecallTask;
import org.attention4j.examples.statistics.LogLogFit;
import org.attention4j.examples.statistics.Spread;
import org.attention4j.examples.support.NamedAttention;
import org.attention4j.examples.training.Jobs;
import org.attention4j.examples.training.RunStore;
import org.attention4j.examples.training.Unfinished;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.theory.Envelope;

/**
 * Every attention at both tasks with every seed.
 *
 * @param settings what all models have in common
 * @param attentions softmax among them
 * @param seeds the seeds
 * @param runs all runs
 */
record RecallStudy(
    RecallSettings settings,
    List<NamedAttention> attentions,
    List<Long> seeds,
    List<RecallRun> runs) {
  /** The label of the normalizer whose weights are held against Lemma 1. */
  static final String REFERENCE = "softmax";

  /** Float weights may lie beside exact bounds by so much of themselves. */
  private static final double ROUNDING = 1e-4;

  /**
   * Trains and tests all models, or takes those that were trained before.
   *
   * @param settings what they have in common
   * @param attentions softmax among them
   * @param seeds at least one
   * @param store where each run is kept
   * @param resume whether runs that were kept are taken as they are
   * @param unfinished is told of each run that is finished
   * @param live who is told what the monitor sees of a training, by its name
   * @param messages where the progress is shown
   * @return the results
   */
  static RecallStudy run(
      RecallSettings settings,
      List<NamedAttention> attentions,
      List<Long> seeds,
      RunStore<RecallRun> store,
      boolean resume,
      Unfinished<RecallRun> unfinished,
      Function<String, List<Reporter>> live,
      PrintWriter messages) {
    List<Jobs.Job<RecallRun>> jobs = new ArrayList<>();
    for (long seed : seeds) {
      for (RecallTask task : RecallTask.values()) {
        for (NamedAttention attention : attentions) {
          jobs.add(job(settings, task, attention, seed, store, live));
        }
      }
    }
    List<RecallRun> runs =
        Jobs.run(
            "recall",
            jobs,
            resume,
            Runtime.getRuntime().availableProcessors(),
            unfinished,
            messages);
    return new RecallStudy(settings, attentions, seeds, List.copyOf(runs));
  }

  /** How many models that is. */
  static int trainings(List<NamedAttention> attentions, List<Long> seeds) {
    return RecallTask.values().length * attentions.size() * seeds.size();
  }

  private static Jobs.Job<RecallRun> job(
      RecallSettings settings,
      RecallTask task,
      NamedAttention attention,
      long seed,
      RunStore<RecallRun> store,
      Function<String, List<Reporter>> live) {
    String name = "%s %s seed%d".formatted(task.label(), attention.label(), seed);
    String all = settings + " " + attention.key();
    return store.job(
        name,
        all,
        settings.steps(),
        progress ->
            new RecallTraining(settings, task, attention, seed)
                .run(live.apply(store.title(name, all)), progress));
  }

  /** The runs of all seeds. */
  List<RecallRun> runs(RecallTask task, NamedAttention attention) {
    return runs.stream()
        .filter(run -> run.task() == task && run.attention().equals(attention))
        .toList();
  }

  /** One number of each seed at one length. */
  Spread spread(
      RecallTask task,
      NamedAttention attention,
      int length,
      ToDoubleFunction<RecallRun.AtLength> number) {
    return Spread.of(
        runs(task, attention).stream()
            .mapToDouble(run -> number.applyAsDouble(run.at(length)))
            .toArray());
  }

  /** The slope of the log of the largest weight over log L: −1 where attention vanishes as 1/L. */
  LogLogFit vanishing(RecallTask task, NamedAttention attention) {
    List<double[]> points = new ArrayList<>();
    for (RecallRun run : runs(task, attention)) {
      for (RecallRun.AtLength at : run.lengths()) {
        points.add(new double[] {at.length(), at.mean(RecallRun.Head::largest)});
      }
    }
    return LogLogFit.of(
        points.stream().mapToDouble(point -> point[0]).toArray(),
        points.stream().mapToDouble(point -> point[1]).toArray());
  }

  NamedAttention softmax() {
    return reference(attentions).orElseThrow();
  }

  /** Softmax, with the fewest options if it is there several times. */
  static Optional<NamedAttention> reference(List<NamedAttention> attentions) {
    return attentions.stream()
        .filter(each -> each.normalizer().label().equals(REFERENCE))
        .min(Comparator.comparingInt(each -> each.options().texts().size()));
  }

  /** The extremes of softmax at one length over all seeds and heads. */
  RecallRun.Extremes extremes(RecallTask task, int length) {
    return runs(task, softmax()).stream()
        .flatMap(run -> run.at(length).heads().stream())
        .map(RecallRun.Head::extremes)
        .reduce(RecallRun.Extremes.NONE, RecallRun.Extremes::and);
  }

  /** Lemma 1 at one length, with the smallest and largest score of softmax at any length. */
  Envelope envelope(RecallTask task, int length) {
    RecallRun.Extremes all = RecallRun.Extremes.NONE;
    for (int each : settings.lengths()) {
      all = all.and(extremes(task, each));
    }
    int visible = softmax().options().visible(length);
    return Envelope.of(Math.exp(all.minScore() - all.maxScore()), 1, visible);
  }

  /** Whether all weights of softmax lie within Lemma 1, at every length. */
  boolean isWithinEnvelope(RecallTask task) {
    for (int length : settings.lengths()) {
      RecallRun.Extremes seen = extremes(task, length);
      Envelope envelope = envelope(task, length);
      if (seen.minWeight() < envelope.lower() * (1 - ROUNDING)
          || seen.maxWeight() > envelope.upper() * (1 + ROUNDING)) {
        return false;
      }
    }
    return true;
  }
}
