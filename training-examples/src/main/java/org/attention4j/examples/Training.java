package org.attention4j.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/** Trains one model and judges it; every normalizer gets the same weights and batches. */
final class Training {
  /** Enough windows for a steady mean, few enough to judge in a second or two. */
  private static final int VALIDATION_WINDOWS = 256;

  private static final double LOG_2 = Math.log(2);

  private final Settings settings;
  private final Corpus corpus;

  Training(Settings settings, Corpus corpus) {
    this.settings = settings;
    this.corpus = corpus;
  }

  /** Hears of each step while a model trains. */
  @FunctionalInterface
  interface StepListener {
    /**
     * Called after a step.
     *
     * @param step the step, from 1
     * @param bits the loss of its batch before the update, in bits per character
     */
    void onStep(int step, double bits);
  }

  /**
   * Trains a model from its first weights to its last.
   *
   * @param named the normalizer
   * @param listener hears of each step
   * @return what came of it
   * @throws CommandFailure if the loss stops being a number
   */
  ModelResult run(NamedNormalizer named, StepListener listener) {
    ComputationGraph model = LanguageModel.create(named.normalizer(), settings);
    Windows windows = new Windows(corpus.train(), settings.context());
    SplittableRandom random = new SplittableRandom(settings.seed());
    List<Double> losses = new ArrayList<>();
    long start = System.nanoTime();
    for (int step = 1; step <= settings.steps(); step++) {
      model.fit(windows.random(settings.batch(), random));
      double bits = bits(model.score());
      if (!Double.isFinite(bits)) {
        throw new CommandFailure(
            "Training with %s broke down: its loss at step %d is %s."
                .formatted(named.label(), step, bits));
      }
      losses.add(bits);
      listener.onStep(step, bits);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    List<DataSet> validation = validation();
    INDArray sample = validation.get(0).getFeatures();
    return new ModelResult(
        named,
        validationBits(model, validation),
        HeadStatistics.of(model, sample),
        model.numParams(),
        seconds,
        List.copyOf(losses));
  }

  private List<DataSet> validation() {
    return new Windows(corpus.validation(), settings.context())
        .spread(VALIDATION_WINDOWS, settings.batch());
  }

  private double validationBits(ComputationGraph model, List<DataSet> validation) {
    double total = 0;
    int windows = 0;
    for (DataSet part : validation) {
      total += bits(model.score(part, false)) * part.numExamples();
      windows += part.numExamples();
    }
    return total / windows;
  }

  /** DL4J's score is the natural-log loss of a window, summed over its positions. */
  private double bits(double score) {
    return score / (settings.context() * LOG_2);
  }
}
