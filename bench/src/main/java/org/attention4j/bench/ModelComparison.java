package org.attention4j.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.attention4j.bench.model.Framework;
import org.attention4j.bench.model.ModelPass;
import org.attention4j.bench.model.ModelSize;

/**
 * Trains one model in several frameworks in turns. Each has a JVM of its own: in a common one, the
 * threads of one would disturb the others.
 */
final class ModelComparison {
  /** Training steps whose losses are compared before anything is timed. */
  static final int CHECKED_STEPS = 4;

  /** How far the first loss may be off, relative to its value. */
  static final double TOLERANCE = 1e-5;

  /**
   * By how much more each step may be off than the one before it. Where a gradient is little more
   * than its rounding error, Adam takes a step of full length in a direction of its own.
   */
  static final double GROWTH = 3;

  private final int threads;
  private final InterleavedTimer timer;
  private final InterleavedTimer.Budget budget;
  private final double warmUp;
  private final Consumer<String> lines;

  /**
   * Prepares to compare.
   *
   * @param threads for each framework
   * @param timer measures
   * @param budget for each pass of each size
   * @param warmUp seconds for which each framework trains before anything is measured
   * @param lines where the results go
   */
  ModelComparison(
      int threads,
      InterleavedTimer timer,
      InterleavedTimer.Budget budget,
      double warmUp,
      Consumer<String> lines) {
    this.threads = threads;
    this.timer = timer;
    this.budget = budget;
    this.warmUp = warmUp;
    this.lines = lines;
  }

  /**
   * Compares models of one size.
   *
   * @throws IllegalStateException if a framework does not train as ours does
   */
  void run(ModelSize size) throws IOException {
    Map<Framework, RemoteModel> models = new EnumMap<>(Framework.class);
    try {
      for (Framework framework : Framework.values()) {
        models.put(framework, new RemoteModel(framework, size, threads));
      }
      check(size, models);
      lines.accept(ModelResult.line(size, ModelPass.FIT, times(models, ModelPass.FIT)));
      // Before the output, which needs less.
      lines.accept(ModelResult.memoryLine(size, each(models, RemoteModel::peakMemory)));
      lines.accept(ModelResult.line(size, ModelPass.OUTPUT, times(models, ModelPass.OUTPUT)));
    } finally {
      for (RemoteModel model : models.values()) {
        model.close();
      }
    }
  }

  private static void check(ModelSize size, Map<Framework, RemoteModel> models) {
    for (int step = 0; step < CHECKED_STEPS; step++) {
      checkLosses(size, step, each(models, RemoteModel::loss));
    }
  }

  /** Compares the losses of one training step. */
  static void checkLosses(ModelSize size, int step, Map<Framework, Double> losses) {
    double ours = losses.getOrDefault(Framework.OURS, Double.NaN);
    double bound = TOLERANCE * Math.pow(GROWTH, step) * Math.abs(ours);
    losses.forEach(
        (framework, loss) -> {
          // Not "greater than", which NaN would pass.
          if (!(Math.abs(loss - ours) <= bound)) {
            throw new IllegalStateException(
                "Model %s, training step %d: the loss of %s is %s where ours is %s."
                    .formatted(size.name(), step, framework.label(), loss, ours));
          }
        });
  }

  private static Map<Framework, Double> each(
      Map<Framework, RemoteModel> models, ToDoubleFunction<RemoteModel> question) {
    Map<Framework, Double> answers = new EnumMap<>(Framework.class);
    models.forEach((framework, model) -> answers.put(framework, question.applyAsDouble(model)));
    return answers;
  }

  /** The median times in milliseconds. */
  private Map<Framework, Double> times(Map<Framework, RemoteModel> models, ModelPass pass) {
    List<InterleavedTimer.Candidate> candidates = new ArrayList<>();
    models
        .values()
        .forEach(
            model -> candidates.add(new InterleavedTimer.Candidate(() -> model.run(pass), warmUp)));
    List<Double> medians = timer.medians(budget, candidates);
    Map<Framework, Double> times = new EnumMap<>(Framework.class);
    int candidate = 0;
    for (Framework framework : models.keySet()) {
      times.put(framework, medians.get(candidate++));
    }
    return times;
  }
}
