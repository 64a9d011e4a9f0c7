package org.attention4j.examples;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** What the numbers say, in sentences made from them. */
final class Findings {
  private Findings() {}

  /** Who is best, and how far that can be told from seed noise. */
  static String about(List<NormalizerResult> results) {
    List<NormalizerResult> well =
        results.stream()
            .filter(NormalizerResult::wentWell)
            .sorted(Comparator.comparingDouble(NormalizerResult::meanBits))
            .toList();
    StringBuilder text = new StringBuilder();
    if (!well.isEmpty()) {
      NormalizerResult best = well.get(0);
      text.append(
          "Fewest bits per character: %s with %s."
              .formatted(best.label(), Numbers.fixed(best.meanBits(), 3)));
      List<Difference> differences = SeedNoise.amongAll(results);
      List<Difference> ofBest =
          differences.stream().filter(each -> each.label().equals(best.label())).toList();
      if (!ofBest.isEmpty()) {
        text.append(list(" Larger than seed noise is its lead over %s.", ofBest, true));
        text.append(list(" Within seed noise of it: %s.", ofBest, false));
      } else {
        text.append(" No difference can be told from seed noise here.");
      }
    }
    List<NormalizerResult> broken = results.stream().filter(each -> !each.wentWell()).toList();
    if (!broken.isEmpty()) {
      text.append(
          " Training broke down with %s."
              .formatted(
                  broken.stream().map(NormalizerResult::label).collect(Collectors.joining(", "))));
    }
    return text.toString();
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
    return ("In trainings that came to their end and beat the unigram entropy, %d heads were"
            + " watched and %d alarms raised. As far as such trainings are healthy, these are"
            + " false alarms; the rates below are shares of heads.")
        .formatted(watched, alarms);
  }
}
