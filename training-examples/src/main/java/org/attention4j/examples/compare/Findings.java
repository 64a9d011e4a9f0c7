package org.attention4j.examples.compare;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.attention4j.examples.support.Numbers;

/** What the numbers say, in sentences made from them. */
final class Findings {
  private Findings() {}

  /** Who is best, and how far that can be told from seed noise; or what is missing to tell. */
  static String about(List<NormalizerResult> results, double unigramEntropy) {
    return ComparisonEvidence.missing(results, unigramEntropy)
            .map(missing -> "No verdict: " + missing + ".")
            .orElseGet(() -> verdict(results))
        + unlearned(results, unigramEntropy)
        + broken(results);
  }

  private static String verdict(List<NormalizerResult> results) {
    NormalizerResult best =
        results.stream()
            .filter(NormalizerResult::wentWell)
            .min(Comparator.comparingDouble(NormalizerResult::meanBits))
            .orElseThrow();
    List<Difference> ofBest =
        SeedNoise.amongAll(results).stream()
            .filter(each -> each.label().equals(best.label()))
            .toList();
    return "Lowest bits per character: %s with %s."
            .formatted(best.label(), Numbers.fixed(best.meanBits(), 3))
        + list(" Larger than seed noise is its lead over %s.", ofBest, true)
        + list(" Within seed noise of it: %s.", ofBest, false);
  }

  /** Who learned nothing where others did. */
  private static String unlearned(List<NormalizerResult> results, double unigramEntropy) {
    List<NormalizerResult> above =
        results.stream()
            .filter(each -> each.wentWell() && each.meanBits() >= unigramEntropy)
            .toList();
    boolean all = above.size() == results.stream().filter(NormalizerResult::wentWell).count();
    return all || above.isEmpty()
        ? ""
        : " Not below the unigram entropy: %s.".formatted(labels(above));
  }

  private static String broken(List<NormalizerResult> results) {
    List<NormalizerResult> broken = results.stream().filter(each -> !each.wentWell()).toList();
    return broken.isEmpty() ? "" : " Training broke down with %s.".formatted(labels(broken));
  }

  private static String labels(List<NormalizerResult> results) {
    return results.stream().map(NormalizerResult::label).collect(Collectors.joining(", "));
  }

  private static String list(String sentence, List<Difference> differences, boolean large) {
    String names =
        differences.stream()
            .filter(each -> each.isLarge() == large)
            .map(Difference::reference)
            .collect(Collectors.joining(", "));
    return names.isEmpty() ? "" : sentence.formatted(names);
  }

  /** How often alarms were raised where nothing was wrong with the loss. */
  static String aboutAlarms(List<AlarmCount> counts) {
    int alarms = counts.stream().mapToInt(AlarmCount::alarms).sum();
    int watched = counts.get(0).watched();
    if (watched == 0) {
      return "No training came to its end and beat the unigram entropy, so nothing can be said of"
          + " false alarms.";
    }
    return ("In trainings that came to their end and beat the unigram entropy, %s watched and %s"
            + " raised. As far as such trainings are healthy, these are false alarms; the rates"
            + " below are shares of heads.")
        .formatted(
            watched == 1 ? "1 head was" : watched + " heads were", Numbers.count(alarms, "alarm"));
  }
}
