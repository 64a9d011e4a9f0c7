package org.attention4j.examples.temperature;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.commons.math3.stat.StatUtils;
import org.attention4j.dl4j.Intermediates;
import org.attention4j.examples.retrieval.RetrievalModel;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.training.Jobs;
import org.attention4j.layers.AttentionVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;

/** Trains one normalizer at one temperature at many learning rates. */
final class StabilityTraining {
  /** Judges with questions of which no training saw one. */
  private static final long HELD_SEED = 0x7e57;

  private static final long START_DISTANCE = 1_000_003;

  private final StabilitySettings settings;
  private final UpdateRule rule;
  private final TemperatureScaledNormalizer scaled;
  private final double temperature;
  private final long seed;
  private final List<MultiDataSet> searchBatches;
  private final Map<Double, Stability.Attempt> searched = new LinkedHashMap<>();

  /**
   * Prepares the trainings.
   *
   * @param settings what they have in common
   * @param rule what makes steps of gradients
   * @param scaled the normalizer
   * @param temperature T
   * @param seed what fixes first weights and questions
   */
  StabilityTraining(
      StabilitySettings settings,
      UpdateRule rule,
      TemperatureScaledNormalizer scaled,
      double temperature,
      long seed) {
    this.settings = settings;
    this.rule = rule;
    this.scaled = scaled;
    this.temperature = temperature;
    this.seed = seed;
    searchBatches = batches(seed);
  }

  /** How many trainings that is at most. */
  static int maxTrainings(StabilitySettings settings, UpdateRule rule) {
    return rule.grid().maxTries() + settings.starts();
  }

  /**
   * Trains.
   *
   * @param progress hears of each training
   * @return what came of it
   */
  Stability run(Jobs.Progress progress) {
    LargestRate largest = rule.grid().largest(rate -> searched(rate, progress).isTrained());
    List<Stability.Attempt> search = List.copyOf(searched.values());
    List<Stability.Attempt> usual = new ArrayList<>();
    usual.add(searched(rule.usualRate, progress));
    for (int start = 1; start < settings.starts(); start++) {
      usual.add(attempt(start, rule.usualRate, progress));
    }
    return new Stability(rule, scaled, temperature, seed, firstScores(), search, largest, usual);
  }

  private Stability.Attempt searched(double rate, Jobs.Progress progress) {
    Stability.Attempt known = searched.get(rate);
    if (known == null) {
      known = attempt(0, rate, progress);
      searched.put(rate, known);
    }
    return known;
  }

  private Stability.Attempt attempt(int start, double rate, Jobs.Progress progress) {
    long own = startSeed(start);
    ComputationGraph model = settings.task().model(scaled, temperature, rule.at(rate), own);
    List<MultiDataSet> batches = start == 0 ? searchBatches : batches(own);
    List<Double> losses = new ArrayList<>();
    boolean diverged = false;
    while (losses.size() < batches.size() && !diverged) {
      model.fit(batches.get(losses.size()));
      losses.add(model.score());
      diverged = Outcome.isDiverged(model.score(), losses.get(0));
    }
    double held = diverged ? Double.NaN : model.score(held(own), false);
    Outcome outcome = Outcome.of(losses, held, settings.limit());
    progress.step("%s %s T=%s".formatted(rule.label(), scaled.label(), Numbers.plain(temperature)));
    return new Stability.Attempt(start, rate, losses.size(), held, outcome);
  }

  /** The first start is the seed itself; the others are far from the seeds that people choose. */
  private long startSeed(int start) {
    return seed + START_DISTANCE * start;
  }

  private List<MultiDataSet> batches(long own) {
    SplittableRandom random = new SplittableRandom(own);
    return Stream.generate(() -> settings.task().draw(settings.batch(), random))
        .limit(settings.steps())
        .toList();
  }

  private MultiDataSet held(long own) {
    return settings.task().draw(settings.held(), new SplittableRandom(own ^ HELD_SEED));
  }

  private double firstScores() {
    MultiDataSet questions = held(seed);
    ComputationGraph model =
        settings.task().model(scaled, temperature, rule.at(rule.usualRate), seed);
    INDArray scores =
        Objects.requireNonNull(
            Intermediates.of(
                    model.getVertex(RetrievalModel.ATTENTION),
                    questions.getFeatures(),
                    new @Nullable INDArray[] {null, null},
                    AttentionVertex.SCORES)
                .get(AttentionVertex.SCORES));
    double[] z = scores.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    return scaled.scoreDivisor(temperature) * Math.sqrt(StatUtils.variance(z));
  }
}
