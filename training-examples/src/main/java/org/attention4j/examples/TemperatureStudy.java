package org.attention4j.examples;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.attention4j.examples.Sensitivities.Steepness;

/** Every map at every temperature with every seed. */
final class TemperatureStudy {
  /** The temperature that the others are compared with. */
  static final double REFERENCE = 1;

  private record Key(String map, double temperature, long seed) {}

  private final List<TemperatureScaledNormalizer> maps;
  private final double[] temperatures;
  private final List<Long> seeds;
  private final int steps;
  private final double unigramEntropy;
  private final Map<Key, TemperatureRun> runs = new LinkedHashMap<>();
  private final Map<Key, Verdict> verdicts = new LinkedHashMap<>();
  private final Map<Key, Steepness> steepness = new LinkedHashMap<>();

  private TemperatureStudy(
      List<TemperatureScaledNormalizer> maps,
      double[] temperatures,
      List<Long> seeds,
      Settings settings,
      double unigramEntropy) {
    this.maps = List.copyOf(maps);
    this.temperatures = temperatures.clone();
    this.seeds = List.copyOf(seeds);
    steps = settings.steps();
    this.unigramEntropy = unigramEntropy;
  }

  /**
   * Trains all models, or takes those that were trained before, and measures all maps at the scores
   * of the softmax models at T = 1.
   *
   * @param settings sizes and steps
   * @param corpus the text
   * @param maps softmax first
   * @param temperatures ascending, with 1 among them
   * @param seeds at least one
   * @param store where each training is kept
   * @param resume whether trainings that were kept are taken as they are
   * @param unfinished is told of each training that is finished
   * @param messages where the progress is shown
   * @return the results
   */
  static TemperatureStudy run(
      Settings settings,
      Corpus corpus,
      List<TemperatureScaledNormalizer> maps,
      double[] temperatures,
      List<Long> seeds,
      RunStore<TemperatureTraining.Result> store,
      boolean resume,
      Unfinished<TemperatureTraining.Result> unfinished,
      PrintWriter messages) {
    NativeThreads.workOnOneThread();
    List<Jobs.Job<TemperatureTraining.Result>> jobs = new ArrayList<>();
    for (long seed : seeds) {
      for (double temperature : temperatures) {
        for (TemperatureScaledNormalizer map : maps) {
          jobs.add(job(settings.withSeed(seed), corpus, map, temperature, store));
        }
      }
    }
    List<TemperatureTraining.Result> results =
        Jobs.run(
            "temperature",
            jobs,
            resume,
            Runtime.getRuntime().availableProcessors(),
            unfinished,
            messages);
    TemperatureStudy study =
        new TemperatureStudy(maps, temperatures, seeds, settings, corpus.unigramEntropy());
    results.forEach(study::add);
    study.judge();
    return study;
  }

  private static Jobs.Job<TemperatureTraining.Result> job(
      Settings settings,
      Corpus corpus,
      TemperatureScaledNormalizer map,
      double temperature,
      RunStore<TemperatureTraining.Result> store) {
    boolean keepScores =
        map.equals(TemperatureScaledNormalizer.all().get(0)) && temperature == REFERENCE;
    String name =
        "%s T%s seed%d".formatted(map.label(), Numbers.plain(temperature), settings.seed());
    String all = settings + " " + corpus.fingerprint();
    return new Jobs.Job<>(
        settings.steps(),
        () -> store.find(name, all),
        progress -> {
          TemperatureTraining.Result result =
              new TemperatureTraining(settings, corpus, map, temperature).run(keepScores, progress);
          store.keep(name, all, result);
          return result;
        });
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
    for (TemperatureScaledNormalizer map : maps) {
      for (double temperature : temperatures) {
        steepness.put(new Key(map.label(), temperature, seed), sensitivities.of(map, temperature));
      }
    }
  }

  List<TemperatureScaledNormalizer> maps() {
    return maps;
  }

  double[] temperatures() {
    return temperatures.clone();
  }

  List<Long> seeds() {
    return seeds;
  }

  int steps() {
    return steps;
  }

  /** What a model needs that knows only how often each character occurs, in bits per character. */
  double unigramEntropy() {
    return unigramEntropy;
  }

  List<TemperatureRun> runs() {
    return List.copyOf(runs.values());
  }

  TemperatureRun run(TemperatureScaledNormalizer map, double temperature, long seed) {
    return get(runs, map, temperature, seed);
  }

  /** The runs of all seeds. */
  List<TemperatureRun> runs(TemperatureScaledNormalizer map, double temperature) {
    return seeds.stream().map(seed -> run(map, temperature, seed)).toList();
  }

  Verdict verdict(TemperatureRun run) {
    return get(verdicts, run.normalizer(), run.temperature(), run.seed());
  }

  /** The verdicts of all seeds. */
  List<Verdict> verdicts(TemperatureScaledNormalizer map, double temperature) {
    return runs(map, temperature).stream().map(this::verdict).toList();
  }

  Steepness steepness(TemperatureScaledNormalizer map, double temperature, long seed) {
    return get(steepness, map, temperature, seed);
  }

  /** One number of each seed's steepness, at one temperature. */
  Spread steepness(
      TemperatureScaledNormalizer map, double temperature, ToDoubleFunction<Steepness> number) {
    return Spread.of(
        seeds.stream()
            .mapToDouble(seed -> number.applyAsDouble(steepness(map, temperature, seed)))
            .toArray());
  }

  /** One number of each seed's run, at one temperature. */
  Spread spread(
      TemperatureScaledNormalizer map,
      double temperature,
      ToDoubleFunction<TemperatureRun> number) {
    return Spread.of(runs(map, temperature).stream().mapToDouble(number).toArray());
  }

  /**
   * The slope of log steepness over log T.
   *
   * @param map the map
   * @param highest the highest T of the fit
   * @param number which steepness
   * @return the fit through the points of all seeds
   */
  LogLogFit slope(
      TemperatureScaledNormalizer map, double highest, ToDoubleFunction<Steepness> number) {
    List<double[]> points = new ArrayList<>();
    for (long seed : seeds) {
      for (double temperature : temperatures) {
        if (temperature <= highest) {
          points.add(
              new double[] {temperature, number.applyAsDouble(steepness(map, temperature, seed))});
        }
      }
    }
    return LogLogFit.of(
        points.stream().mapToDouble(point -> point[0]).toArray(),
        points.stream().mapToDouble(point -> point[1]).toArray());
  }

  private static <T> T get(
      Map<Key, T> values, TemperatureScaledNormalizer map, double temperature, long seed) {
    return Objects.requireNonNull(
        values.get(new Key(map.label(), temperature, seed)), "not part of the study");
  }
}
