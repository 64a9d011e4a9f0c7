package org.attention4j.examples.compare;

import java.util.List;
import java.util.Optional;
import org.attention4j.examples.statistics.Evidence;
import org.attention4j.examples.support.Numbers;

/**
 * Whether the results of a comparison carry a verdict. It is decided here for the printed text and
 * for every part of the report.
 */
final class ComparisonEvidence {
  private ComparisonEvidence() {}

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
    return Evidence.seeds(well.get(0).trials().size())
        .or(
            () ->
                well.size() < 2
                    ? Optional.of("there is one normalizer and nothing to compare it with")
                    : Optional.empty());
  }
}
