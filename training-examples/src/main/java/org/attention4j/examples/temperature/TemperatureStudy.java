package org.attention4j.examples.temperature;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.attention4j.examples.statistics.LogLogFit;
import org.attention4j.examples.statistics.Spread;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.temperature.Sensitivities.Steepness;
import org.attention4j.examples.training.Corpus;
import org.attention4j.examples.training.Jobs;
import org.attention4j.examples.training.RunStore;
import org.attention4j.examples.training.Settings;
import org.attention4j.monitor.reporters.Reporter;

/** Every normalizer at every temperature with every seed. */
final class TemperatureStudy {
  /** The temperature that the others are compared with. */
  static final double REFERENCE = 1;

  private record Key(String normalizer, double temperature, long seed) {}

  private final List<TemperatureScaledNormalizer> normalizers;
  private final double[] temperatures;
  private final List<Long> seeds;
  private final double unigramEntropy;
  private final Map<Key, TemperatureRun> runs = new LinkedHashMap<>();
  private final Map<Key, Verdict> verdicts = new LinkedHashMap<>();
  private final Map<Key, Steepness> steepness = new LinkedHashMap<>();

  private TemperatureStudy(
      List<TemperatureScaledNormalizer> normalizers,
      List<Double> temperatures,
      List<Long> seeds,
      double unigramEntropy) {
    this.normalizers = List.copyOf(normalizers);
    this.temperatures = temperatures.stream().mapToDouble(t -> t).toArray();
    this.seeds = List.copyOf(seeds);
    this.unigramEntropy = unigramEntropy;
  }

  /**
   * Which models are to be trained.
   *
   * @param settings sizes and steps
   * @param corpus the text
   * @param normalizers softmax first
   * @param temperatures ascending, with 1 among them
   * @param seeds at least one
   * @param store where each training is kept
   * @param live who else is told what the monitor sees of a training, by its name
   * @return one job for each normalizer, temperature and seed
   */
  static List<Jobs.Job<TemperatureTraining.Result>> jobs(
      Settings settings,
      Corpus corpus,
      List<TemperatureScaledNormalizer> normalizers,
      List<Double> temperatures,
      List<Long> seeds,
      RunStore<TemperatureTraining.Result> store,
      Function<String, List<Reporter>> live) {
    List<Jobs.Job<TemperatureTraining.Result>> jobs = new ArrayList<>();
    for (long seed : seeds) {
      for (double temperature : temperatures) {
        for (TemperatureScaledNormalizer normalizer : normalizers) {
          jobs.add(job(settings.withSeed(seed), corpus, normalizer, temperature, store, live));
        }
      }
    }
    return jobs;
  }

  /**
   * Collects what came of the {@link #jobs}, and measures all normalizers at the scores of the
   * softmax models at T = 1.
   *
   * @param normalizers softmax first
   * @param temperatures ascending, with 1 among them
   * @param seeds at least one
   * @param unigramEntropy of the text, in bits per character
   * @param results one for each normalizer, temperature and seed
   * @return the study
   */
  static TemperatureStudy of(
      List<TemperatureScaledNormalizer> normalizers,
      List<Double> temperatures,
      List<Long> seeds,
      double unigramEntropy,
      List<TemperatureTraining.Result> results) {
    TemperatureStudy study = new TemperatureStudy(normalizers, temperatures, seeds, unigramEntropy);
    results.forEach(study::add);
    study.judge();
    return study;
  }

  private static Jobs.Job<TemperatureTraining.Result> job(
      Settings settings,
      Corpus corpus,
      TemperatureScaledNormalizer normalizer,
      double temperature,
      RunStore<TemperatureTraining.Result> store,
      Function<String, List<Reporter>> live) {
    boolean keepScores =
        normalizer.equals(TemperatureScaledNormalizer.all().get(0)) && temperature == REFERENCE;
    String name =
        "%s T%s seed%d".formatted(normalizer.label(), Numbers.plain(temperature), settings.seed());
    String all = settings + " " + corpus.fingerprint();
    return store.job(
        name,
        all,
        settings.steps(),
        progress ->
            new TemperatureTraining(settings, corpus, normalizer, temperature)
                .run(keepScores, live.apply(store.title(name, all)), progress));
  }

  private void add(TemperatureTraining.Result result) {
    TemperatureRun run = result.run();
    runs.put(new Key(run.normalizer().label(), run.temperature(), run.seed()), run);
    if (!result.scores().isEmpty()) {
      measure(new Sensitivities(result.scores(), run.seed()), run.seed());
    }
  }

  private void judge() {
    runs.forEach(
        (key, run) ->
            verdicts.put(
                key,
                Verdict.of(run, run(run.normalizer(), REFERENCE, run.seed()), unigramEntropy)));
  }

  private void measure(Sensitivities sensitivities, long seed) {
    for (TemperatureScaledNormalizer normalizer : normalizers) {
      for (double temperature : temperatures) {
        steepness.put(
            new Key(normalizer.label(), temperature, seed),
            sensitivities.of(normalizer, temperature));
      }
    }
  }

  List<TemperatureScaledNormalizer> normalizers() {
    return normalizers;
  }

  double[] temperatures() {
    return temperatures.clone();
  }

  List<Long> seeds() {
    return seeds;
  }

  /** What a model needs that knows only how often each character occurs, in bits per character. */
  double unigramEntropy() {
    return unigramEntropy;
  }

  List<TemperatureRun> runs() {
    return List.copyOf(runs.values());
  }

  TemperatureRun run(TemperatureScaledNormalizer normalizer, double temperature, long seed) {
    return get(runs, normalizer, temperature, seed);
  }

  /** The runs of all seeds. */
  List<TemperatureRun> runs(TemperatureScaledNormalizer normalizer, double temperature) {
    return seeds.stream().map(seed -> run(normalizer, temperature, seed)).toList();
  }

  Verdict verdict(TemperatureRun run) {
    return get(verdicts, run.normalizer(), run.temperature(), run.seed());
  }

  /** The verdicts of all seeds. */
  List<Verdict> verdicts(TemperatureScaledNormalizer normalizer, double temperature) {
    return runs(normalizer, temperature).stream().map(this::verdict).toList();
  }

  Steepness steepness(TemperatureScaledNormalizer normalizer, double temperature, long seed) {
    return get(steepness, normalizer, temperature, seed);
  }

  /** One number of each seed's steepness, at one temperature. */
  Spread steepness(
      TemperatureScaledNormalizer normalizer,
      double temperature,
      ToDoubleFunction<Steepness> number) {
    return Spread.of(
        seeds.stream()
            .mapToDouble(seed -> number.applyAsDouble(steepness(normalizer, temperature, seed)))
            .toArray());
  }

  /** One number of each seed's run, at one temperature. */
  Spread spread(
      TemperatureScaledNormalizer normalizer,
      double temperature,
      ToDoubleFunction<TemperatureRun> number) {
    return Spread.of(runs(normalizer, temperature).stream().mapToDouble(number).toArray());
  }

  /**
   * The slope of log steepness over log T.
   *
   * @param normalizer the normalizer
   * @param highest the highest T of the fit
   * @param number which steepness
   * @return the fit through the points of all seeds
   */
  LogLogFit slope(
      TemperatureScaledNormalizer normalizer, double highest, ToDoubleFunction<Steepness> number) {
    List<double[]> points = new ArrayList<>();
    for (long seed : seeds) {
      for (double temperature : temperatures) {
        if (temperature <= highest) {
          points.add(
              new double[] {
                temperature, number.applyAsDouble(steepness(normalizer, temperature, seed))
              });
        }
      }
    }
    return LogLogFit.of(
        points.stream().mapToDouble(point -> point[0]).toArray(),
        points.stream().mapToDouble(point -> point[1]).toArray());
  }

  private static <T> T get(
      Map<Key, T> values, TemperatureScaledNormalizer normalizer, double temperature, long seed) {
    return Objects.requireNonNull(
        values.get(new Key(normalizer.label(), temperature, seed)), "not part of the study");
  }
}
