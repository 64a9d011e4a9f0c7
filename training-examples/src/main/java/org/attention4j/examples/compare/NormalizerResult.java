package org.attention4j.examples.compare;

import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;
import org.attention4j.examples.retrieval.RecallExam;
import org.attention4j.examples.statistics.Spread;

/**
 * What came of one attention, a normalizer and perhaps options of the layers, with all seeds.
 *
 * @param label the attention as the user named it
 * @param trials one for each seed
 */
record NormalizerResult(String label, List<TrialResult> trials) {
  private static final double PERCENTILE_50 = 50;

  /**
   * The mean over the seeds, in bits per character; NaN if training broke down with one of them.
   */
  double meanBits() {
    return over(TrialResult::validationBits).getMean();
  }

  /** The standard deviation over the seeds; NaN for one seed. */
  double deviationOfBits() {
    return trials.size() < 2
        ? Double.NaN
        : over(TrialResult::validationBits).getStandardDeviation();
  }

  /** Whether training came to its end with every seed. */
  boolean wentWell() {
    return trials.stream().allMatch(trial -> trial.brokeDownAt() == null);
  }

  /** The mean entropy of attention over seeds and heads, in nats. */
  double meanEntropy() {
    return over(trial -> HeadStatistics.meanEntropy(trial.heads())).getMean();
  }

  /** The mean of the effective tokens over seeds and heads. */
  double meanEffectiveTokens() {
    return over(trial -> HeadStatistics.meanEffectiveTokens(trial.heads())).getMean();
  }

  /** The median speed of training. */
  double charactersPerSecond() {
    return over(TrialResult::charactersPerSecond).getPercentile(PERCENTILE_50);
  }

  /** The largest size of the workspaces of a seed, in MiB. */
  double workspaceMebibytes() {
    return over(trial -> (double) trial.memory().workspaceBytes()).getMax() / (1 << 20);
  }

  /** What a step allocates in the Java heap, the median, in MiB. */
  double heapMebibytesPerStep() {
    return over(trial -> (double) trial.memory().heapBytesPerStep()).getPercentile(PERCENTILE_50)
        / (1 << 20);
  }

  /** How many alarms were raised, over all seeds and heads. */
  int alarms() {
    return trials.stream().mapToInt(trial -> trial.alarms().size()).sum();
  }

  /** At how many contexts every seed was judged; none if training broke down with one of them. */
  int lengths() {
    return trials.stream().mapToInt(trial -> trial.bitsAtLength().size()).min().orElse(0);
  }

  /** Bits per character at one of the contexts. */
  Spread bitsAt(int index) {
    return Spread.of(
        trials.stream().mapToDouble(trial -> trial.bitsAtLength().get(index)).toArray());
  }

  /** The accuracy of recall at one of the lengths; without seeds with which it broke down. */
  Spread recallAt(int index) {
    return Spread.of(
        trials.stream()
            .map(TrialResult::recall)
            .filter(Objects::nonNull)
            .mapToDouble(accuracies -> accuracies.get(index))
            .toArray());
  }

  /** With how many seeds the task of recall was learned. */
  int learnedRecall() {
    return (int)
        trials.stream()
            .map(TrialResult::recall)
            .filter(recall -> recall != null && recall.get(0) >= RecallExam.LEARNED)
            .count();
  }

  /** The mean over the seeds of the time to a loss. */
  double timeTo(LossLevel level, ToDoubleFunction<Checkpoint> clock) {
    return over(trial -> level.time(trial, clock)).getMean();
  }

  private DescriptiveStatistics over(ToDoubleFunction<TrialResult> value) {
    return new DescriptiveStatistics(trials.stream().mapToDouble(value).toArray());
  }
}
