package org.attention4j.examples.compare;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;

/**
 * What came of one normalizer with all seeds.
 *
 * @param label the normalizer as the user named it
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

  private DescriptiveStatistics over(ToDoubleFunction<TrialResult> value) {
    return new DescriptiveStatistics(trials.stream().mapToDouble(value).toArray());
  }
}
