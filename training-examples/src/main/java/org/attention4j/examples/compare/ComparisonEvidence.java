package org.attention4j.examples.compare;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.attention4j.examples.statistics.Evidence;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.training.Baselines;

/**
 * Whether the results of a comparison carry a verdict. It is decided here for the printed text and
 * for every part of the report.
 */
final class ComparisonEvidence {
  private ComparisonEvidence() {}

  /**
   * The normalizers that verdicts are about: training came to its end with every seed, and the mean
   * is below the bigram. A model whose attention does nothing can learn the bigram, so above it the
   * normalizer has shown nothing.
   *
   * @param results what came of the comparison
   * @param baselines of its text
   * @return some of the results
   */
  static List<NormalizerResult> judged(List<NormalizerResult> results, Baselines baselines) {
    return results.stream()
        .filter(result -> result.wentWell() && result.meanBits() < baselines.bigram())
        .toList();
  }

  /**
   * What a verdict would need.
   *
   * @param results what came of the comparison
   * @param baselines of its text
   * @return a sentence; empty if nothing is missing
   */
  static Optional<String> missing(List<NormalizerResult> results, Baselines baselines) {
    List<NormalizerResult> judged = judged(results, baselines);
    OptionalDouble lowest =
        results.stream()
            .filter(NormalizerResult::wentWell)
            .mapToDouble(NormalizerResult::meanBits)
            .min();
    if (lowest.isEmpty()) {
      return Optional.of("no training came to its end");
    }
    if (judged.isEmpty()) {
      return Optional.of(
          ("no normalizer came below the bigram baseline of %s bits per character, the lowest mean"
                  + " is %s, so no model has learned more than a model without attention can;"
                  + " more --steps are needed")
              .formatted(
                  Numbers.fixed(baselines.bigram(), 3), Numbers.fixed(lowest.getAsDouble(), 3)));
    }
    return Evidence.seeds(judged.get(0).trials().size())
        .or(
            () ->
                judged.size() < 2
                    ? Optional.of(
                        "there is one normalizer below the bigram baseline and nothing to compare"
                            + " it with")
                    : Optional.empty());
  }
}
