package org.attention4j.examples.temperature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.attention4j.examples.statistics.LogLogFit;
import org.attention4j.examples.statistics.Share;
import org.attention4j.examples.statistics.Spread;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.training.Jobs;
import org.attention4j.examples.training.RunStore;

/**
 * At which learning rates training is stable, for every update rule, normalizer, temperature and
 * seed.
 *
 * @param settings what all trainings have in common
 * @param rules the update rules
 * @param normalizers the normalizers
 * @param temperatures ascending
 * @param seeds at least one
 * @param results of all of them
 */
record StabilityStudy(
    StabilitySettings settings,
    List<UpdateRule> rules,
    List<TemperatureScaledNormalizer> normalizers,
    List<Double> temperatures,
    List<Long> seeds,
    List<Stability> results) {
  /** Copies the lists. */
  StabilityStudy {
    rules = List.copyOf(rules);
    normalizers = List.copyOf(normalizers);
    temperatures = List.copyOf(temperatures);
    seeds = List.copyOf(seeds);
    results = List.copyOf(results);
  }

  /**
   * What is to be trained.
   *
   * @param settings what all trainings have in common
   * @param rules the update rules
   * @param normalizers the normalizers
   * @param temperatures ascending
   * @param seeds at least one
   * @param store where each result is kept
   * @return one job for each rule, normalizer, temperature and seed
   */
  static List<Jobs.Job<Stability>> jobs(
      StabilitySettings settings,
      List<UpdateRule> rules,
      List<TemperatureScaledNormalizer> normalizers,
      List<Double> temperatures,
      List<Long> seeds,
      RunStore<Stability> store) {
    List<Jobs.Job<Stability>> jobs = new ArrayList<>();
    for (long seed : seeds) {
      for (UpdateRule rule : rules) {
        for (double temperature : temperatures) {
          for (TemperatureScaledNormalizer normalizer : normalizers) {
            jobs.add(job(settings, rule, normalizer, temperature, seed, store));
          }
        }
      }
    }
    return jobs;
  }

  private static Jobs.Job<Stability> job(
      StabilitySettings settings,
      UpdateRule rule,
      TemperatureScaledNormalizer normalizer,
      double temperature,
      long seed,
      RunStore<Stability> store) {
    String name =
        "%s %s T%s seed%d"
            .formatted(rule.label(), normalizer.label(), Numbers.plain(temperature), seed);
    String all = "%s %s %s".formatted(settings, rule.grid(), rule.usualRate);
    return store.job(
        name,
        all,
        StabilityTraining.maxTrainings(settings, rule),
        progress ->
            new StabilityTraining(settings, rule, normalizer, temperature, seed).run(progress));
  }

  /** The results of all seeds. */
  List<Stability> results(
      UpdateRule rule, TemperatureScaledNormalizer normalizer, double temperature) {
    return results.stream()
        .filter(
            result ->
                result.rule() == rule
                    && result.normalizer().equals(normalizer)
                    && result.temperature() == temperature)
        .toList();
  }

  /** The standard deviation of the scores before training. */
  Spread firstScores() {
    return Spread.of(results.stream().mapToDouble(Stability::firstScores).toArray());
  }

  /** How many trainings at the usual rate went in some way. */
  Share share(
      UpdateRule rule,
      TemperatureScaledNormalizer normalizer,
      double temperature,
      Predicate<Outcome> how) {
    List<Outcome> outcomes =
        results(rule, normalizer, temperature).stream()
            .flatMap(result -> result.usual().stream())
            .map(Stability.Attempt::outcome)
            .toList();
    return new Share((int) outcomes.stream().filter(how).count(), outcomes.size());
  }

  /** The largest rates of the seeds. */
  LargestRates largest(
      UpdateRule rule, TemperatureScaledNormalizer normalizer, double temperature) {
    return new LargestRates(
        results(rule, normalizer, temperature).stream().map(Stability::largest).toList());
  }

  /**
   * The slope of the logarithm of the largest rate over log T.
   *
   * @param rule the update rule
   * @param normalizer the normalizer
   * @param highest the highest T of the fit
   * @return the fit through the medians of the seeds, one point for each temperature; those beyond
   *     the grid are left out
   */
  LogLogFit slope(UpdateRule rule, TemperatureScaledNormalizer normalizer, double highest) {
    double[] fitted = temperatures.stream().mapToDouble(t -> t).filter(t -> t <= highest).toArray();
    return LogLogFit.of(
        fitted, Arrays.stream(fitted).map(t -> largest(rule, normalizer, t).median()).toArray());
  }
}
