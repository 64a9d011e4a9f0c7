package org.attention4j.examples.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.attention4j.examples.support.CommandFailure;
import org.attention4j.examples.training.BitsPerCharacter;
import org.attention4j.examples.training.Corpus;
import org.attention4j.examples.training.LanguageModel;
import org.attention4j.examples.training.Settings;
import org.attention4j.examples.training.TextSampler;
import org.attention4j.examples.training.Windows;
import org.attention4j.generation.TokenGenerator;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.MonitorBuilder;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.monitor.reporters.Reporters;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.DataSet;

/** Trains a model, watched, and judges it; each normalizer gets the same weights and batches. */
final class TrialTraining {
  /** The monitor's measurements, within a trial's directory. */
  static final String MEASUREMENTS = "attention.jsonl";

  /** The trained model, within a trial's directory. */
  static final String MODEL = "model.zip";

  private static final String LOSSES = "losses.csv";

  /** The curve of a training has so many points. */
  static final int CHECKPOINTS = 40;

  private static final String BEGINNING = "The Commission ";

  private final Corpus corpus;
  private final int monitorEvery;

  TrialTraining(Corpus corpus, int monitorEvery) {
    this.corpus = corpus;
    this.monitorEvery = monitorEvery;
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
   * Trains a model from its first weights to its last. The directory then holds the losses, what
   * the monitor measured and the model; losses and measurements are there in whole lines whenever
   * the program ends.
   *
   * @param trial which model
   * @param directory an existing, empty directory
   * @param live who else is told what the monitor sees
   * @param listener hears of each step
   * @return what came of it
   */
  TrialResult run(Trial trial, Path directory, List<Reporter> live, StepListener listener) {
    Settings settings = trial.settings();
    StepMeter meter = new StepMeter(settings.steps(), monitorEvery);
    ComputationGraph model = LanguageModel.ofAnyLength(trial.attention(), settings);
    Validation validation = new Validation(corpus.validation(), settings);
    List<Double> losses = new ArrayList<>();
    List<Checkpoint> checkpoints = new ArrayList<>();
    List<Alarm> alarms = new ArrayList<>();
    try (AttentionMonitor monitor = monitor(directory, live, alarms);
        LossLog log = new LossLog(directory.resolve(LOSSES))) {
      model.addListeners(monitor);
      train(
          model,
          settings,
          meter,
          losses,
          (step, bits) -> {
            log.add(step, bits);
            if (isCheckpoint(step, settings.steps())) {
              checkpoints.add(
                  new Checkpoint(
                      step, meter.seconds(), meter.cpuSeconds(), validation.checkpoint(model)));
            }
            listener.onStep(step, bits);
          });
    }
    model.setListeners(List.of());
    save(model, directory.resolve(MODEL));
    boolean well = losses.size() == settings.steps();
    return new TrialResult(
        trial.attention().label(),
        trial.attention().normalizer().json(),
        trial.attention().options().toString(),
        trial.seed(),
        well ? validation.bitsAtLength(model) : List.of(),
        trial.recall() ? RecallAtLength.measure(trial.attention(), trial.seed()) : null,
        well ? null : losses.size() + 1,
        model.numParams(),
        meter.seconds(),
        meter.cpuSeconds(),
        settings.batch() * settings.context() / meter.secondsPerStep(),
        meter.memory(),
        well ? HeadStatistics.of(model, validation.features()) : List.of(),
        losses,
        checkpoints,
        alarms,
        well && trial.writes() ? sample(model, settings) : "");
  }

  private static boolean isCheckpoint(int step, int steps) {
    return (long) step * CHECKPOINTS / steps > (step - 1L) * CHECKPOINTS / steps;
  }

  /** As many characters as the model sees. */
  private static String sample(ComputationGraph model, Settings settings) {
    int context = settings.context();
    return TextSampler.write(TokenGenerator.of(model, context), BEGINNING, context, 1);
  }

  private AttentionMonitor monitor(Path directory, List<Reporter> live, List<Alarm> alarms) {
    MonitorBuilder builder = AttentionMonitor.builder();
    live.forEach(builder::reportTo);
    return builder
        .every(monitorEvery)
        .tier(Tier.FULL)
        .reportTo(Reporters.jsonLines(directory.resolve(MEASUREMENTS)))
        .alarms(AlarmRules.all())
        .onAlarm(alarms::add)
        .build();
  }

  /** Ends early if the loss stops being a number; the losses then lack the rest. */
  private void train(
      ComputationGraph model,
      Settings settings,
      StepMeter meter,
      List<Double> losses,
      StepListener listener) {
    Windows windows = new Windows(corpus.train(), settings.context());
    SplittableRandom random = new SplittableRandom(settings.seed());
    for (int step = 1; step <= settings.steps(); step++) {
      DataSet batch = windows.random(settings.batch(), random);
      meter.start();
      model.fit(batch);
      meter.stop(step);
      double bits = BitsPerCharacter.of(model.score(), settings.context());
      if (!Double.isFinite(bits)) {
        return;
      }
      losses.add(bits);
      listener.onStep(step, bits);
    }
  }

  private static void save(ComputationGraph model, Path file) {
    try {
      model.save(file.toFile(), false);
    } catch (IOException e) {
      throw new CommandFailure("%s cannot be written.".formatted(file), e);
    }
  }
}
