package org.attention4j.examples.compare;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.training.Baselines;

/** What the numbers say, in sentences made from them. */
final class Findings {
  private Findings() {}

  /** Who is best, and how far that can be told from seed noise; or what is missing to tell. */
  static String about(List<NormalizerResult> results, Baselines baselines) {
    return ComparisonEvidence.missing(results, baselines)
            .map(missing -> "No verdict: " + missing + ".")
            .orElseGet(() -> verdict(ComparisonEvidence.judged(results, baselines)))
        + unlearned(results, baselines)
        + broken(results);
  }

  /** What models without attention need. */
  static String about(Baselines baselines) {
    return "Baselines of the text, in bits/char: unigram %s, bigram %s, trigram %s."
        .formatted(
            Numbers.fixed(baselines.unigram(), 3),
            Numbers.fixed(baselines.bigram(), 3),
            Numbers.fixed(baselines.trigram(), 3));
  }

  private static String verdict(List<NormalizerResult> judged) {
    NormalizerResult best =
        judged.stream().min(Comparator.comparingDouble(NormalizerResult::meanBits)).orElseThrow();
    List<Difference> ofBest =
        SeedNoise.amongAll(judged).stream()
            .filter(each -> each.label().equals(best.label()))
            .toList();
    return "Lowest bits per character: %s with %s."
            .formatted(best.label(), Numbers.fixed(best.meanBits(), 3))
        + list(" Larger than seed noise is its lead over %s.", ofBest, true)
        + list(" Within seed noise of it: %s.", ofBest, false);
  }

  /** Who learned too little to be judged where others did. */
  private static String unlearned(List<NormalizerResult> results, Baselines baselines) {
    List<NormalizerResult> judged = ComparisonEvidence.judged(results, baselines);
    List<NormalizerResult> above =
        results.stream().filter(each -> each.wentWell() && !judged.contains(each)).toList();
    return judged.isEmpty() || above.isEmpty()
        ? ""
        : " Not below the bigram baseline, and so not judged: %s.".formatted(labels(above));
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
      return "No training came to its end below the bigram baseline, so nothing can be said of"
          + " false alarms.";
    }
    return ("In trainings that came to their end below the bigram baseline, %s watched and %s"
            + " raised. As far as such trainings are healthy, these are false alarms; the rates"
            + " below are shares of heads.")
        .formatted(
            watched == 1 ? "1 head was" : watched + " heads were", Numbers.count(alarms, "alarm"));
  }
}
