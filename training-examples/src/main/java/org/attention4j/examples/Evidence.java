package org.attention4j.examples;

import java.util.List;
import java.util.Optional;

/**
 * Whether the results of a comparison carry a verdict, decided here for the printed text and every
 * part of the report.
 */
final class Evidence {
  /** Two numbers hardly tell how far numbers scatter. */
  static final int FEWEST_SEEDS = 3;

  private Evidence() {}

  /**
   * What a verdict would need.
   *
   * @param results what came of the comparison
   * @param unigramEntropy the baseline, in bits per character: what a model needs that knows only
   *     how often each character occurs
   * @return a sentence; empty if nothing is missing
   */
  static Optional<String> missing(List<NormalizerResult> results, double unigramEntropy) {
    List<NormalizerResult> well = results.stream().filter(NormalizerResult::wentWell).toList();
    if (well.isEmpty()) {
      return Optional.of("no training came to its end");
    }
    double lowest = well.stream().mapToDouble(NormalizerResult::meanBits).min().orElse(Double.NaN);
    if (!(lowest < unigramEntropy)) {
      return Optional.of(
          ("no normalizer came below the unigram entropy of %s bits per character, the lowest mean"
                  + " is %s, so no model has learned more than how often each character occurs;"
                  + " more --steps are needed")
              .formatted(Numbers.fixed(unigramEntropy, 3), Numbers.fixed(lowest, 3)));
    }
    return seeds(well.get(0).trials().size())
        .or(
            () ->
                well.size() < 2
                    ? Optional.of("there is one normalizer and nothing to compare it with")
                    : Optional.empty());
  }

  /**
   * What a verdict on seeds would need.
   *
   * @param seeds how many there are
   * @return a sentence; empty if there are enough
   */
  static Optional<String> seeds(int seeds) {
    return seeds < FEWEST_SEEDS
        ? Optional.of(
            "differences can be told from the noise of the seeds with at least %d seeds, and there %s; --seeds 1,2,3 names three"
                .formatted(FEWEST_SEEDS, seeds == 1 ? "is 1" : "are " + seeds))
        : Optional.empty();
  }
}
