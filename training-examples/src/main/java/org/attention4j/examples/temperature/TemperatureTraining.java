package org.attention4j.examples.temperature;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.attention4j.examples.support.NamedAttention;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.training.BitsPerCharacter;
import org.attention4j.examples.training.Corpus;
import org.attention4j.examples.training.Jobs;
import org.attention4j.examples.training.LanguageModel;
import org.attention4j.examples.training.Settings;
import org.attention4j.examples.training.Windows;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.MonitorBuilder;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.reporters.Reporter;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.dataset.DataSet;

/** Trains a language model at a temperature and writes down how that went. */
final class TemperatureTraining {
  /** Steps from one snapshot of the monitor to the next. */
  static final int SNAPSHOT_INTERVAL = 5;

  private static final int VALIDATION_WINDOWS = 128;
  private static final int SCORED_WINDOWS = 8;

  private final Settings settings;
  private final Corpus corpus;
  private final TemperatureScaledNormalizer scaled;
  private final double temperature;
  private final List<Double> gradientNorms = new ArrayList<>();
  private final List<MetricRecord> records = new ArrayList<>();
  private final List<Alarm> alarms = new ArrayList<>();

  /**
   * Prepares a training.
   *
   * @param settings sizes, steps and seed
   * @param corpus the text
   * @param scaled the normalizer
   * @param temperature T
   */
  TemperatureTraining(
      Settings settings, Corpus corpus, TemperatureScaledNormalizer scaled, double temperature) {
    this.settings = settings;
    this.corpus = corpus;
    this.scaled = scaled;
    this.temperature = temperature;
  }

  /**
   * A run and what is wanted of its model.
   *
   * @param run how it went
   * @param scores the rows of scores of each head at the end; none unless asked for
   */
  record Result(TemperatureRun run, List<List<double[]>> scores) implements Trained {
    /** Fails for a file that lacks something. */
    Result {
      Objects.requireNonNull(run, "run");
      scores = List.copyOf(scores);
    }
  }

  /**
   * Trains.
   *
   * @param keepScores whether the scores at the end are wanted
   * @param live who else is told what the monitor sees
   * @param progress hears of each step
   * @return what came of it
   */
  Result run(boolean keepScores, List<Reporter> live, Jobs.Progress progress) {
    ComputationGraph model =
        LanguageModel.create(
            NamedAttention.of(scaled.normalizer(temperature)),
            settings,
            scaled.scoreDivisor(temperature));
    List<Double> losses = new ArrayList<>();
    boolean finite;
    try (AttentionMonitor monitor = monitor(live)) {
      model.setListeners(monitor, new GradientNorm());
      finite = train(model, losses, progress);
    }
    model.setListeners(List.of());
    List<DataSet> validation =
        new Windows(corpus.validation(), settings.context())
            .spread(VALIDATION_WINDOWS, settings.batch());
    TemperatureRun run =
        new TemperatureRun(
            scaled,
            temperature,
            settings.seed(),
            losses,
            gradientNorms,
            finite ? BitsPerCharacter.of(model, validation, settings.context()) : Double.NaN,
            heads(),
            List.copyOf(alarms));
    return new Result(run, keepScores ? scores(model) : List.of());
  }

  /** Ends early if the loss stops being a number, and says whether it stayed one. */
  private boolean train(ComputationGraph model, List<Double> losses, Jobs.Progress progress) {
    Windows windows = new Windows(corpus.train(), settings.context());
    SplittableRandom random = new SplittableRandom(settings.seed());
    boolean finite = true;
    for (int step = 1; step <= settings.steps(); step++) {
      if (finite) {
        model.fit(windows.random(settings.batch(), random));
        double bits = BitsPerCharacter.of(model.score(), settings.context());
        finite = Double.isFinite(bits);
        losses.add(bits);
      }
      progress.step("%s T=%s".formatted(scaled.label(), Numbers.plain(temperature)));
    }
    return finite;
  }

  private List<List<double[]>> scores(ComputationGraph model) {
    return Sensitivities.scores(
        model,
        new Windows(corpus.validation(), settings.context())
            .spread(SCORED_WINDOWS, SCORED_WINDOWS)
            .get(0)
            .getFeatures());
  }

  private AttentionMonitor monitor(List<Reporter> live) {
    MonitorBuilder builder = AttentionMonitor.builder();
    live.forEach(builder::reportTo);
    return builder
        .every(SNAPSHOT_INTERVAL)
        .seed(settings.seed())
        .reportTo(records::addAll)
        .alarms(AlarmRules.all())
        .onAlarm(alarms::add)
        .build();
  }

  private List<TemperatureRun.Head> heads() {
    Map<String, List<MetricRecord>> byHead = new TreeMap<>();
    for (MetricRecord one : records) {
      if (2 * one.iteration() >= settings.steps()) {
        byHead.computeIfAbsent(one.layer() + " " + one.head(), name -> new ArrayList<>()).add(one);
      }
    }
    return byHead.values().stream()
        .map(
            records ->
                new TemperatureRun.Head(
                    records.get(0).layer(),
                    records.get(0).head(),
                    mean(records, "scoresGradientNorm") / scaled.scoreDivisor(temperature),
                    mean(records, "normalizedEntropy")))
        .toList();
  }

  private static double mean(List<MetricRecord> records, String metric) {
    return records.stream()
        .map(MetricRecord::metrics)
        .filter(metrics -> metrics.containsKey(metric))
        .mapToDouble(metrics -> metrics.getOrDefault(metric, Double.NaN))
        .average()
        .orElse(Double.NaN);
  }

  /** Writes down ‖dL/dθ‖ of each step, before the updater has changed it. */
  private final class GradientNorm extends BaseTrainingListener {
    @Override
    public void onGradientCalculation(Model model) {
      double norm = model.gradient().gradient().norm2Number().doubleValue();
      gradientNorms.add(norm / settings.batch());
    }
  }
}
