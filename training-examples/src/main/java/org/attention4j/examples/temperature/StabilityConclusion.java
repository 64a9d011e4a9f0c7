package org.attention4j.examples.temperature;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.attention4j.examples.statistics.Evidence;
import org.attention4j.examples.statistics.LogLogFit;
import org.attention4j.examples.statistics.Share;
import org.attention4j.examples.support.Numbers;

/** What the learning rates came to, in sentences made of their numbers. */
final class StabilityConclusion {
  /** Gradients that grow as 1/T allow a rate that falls as T. */
  private static final double PREDICTED = 1;

  private record Slope(String normalizer, LogLogFit fit) {
    boolean isKnown() {
      return !Double.isNaN(fit.slope());
    }

    boolean isAbove(double other) {
      return fit.slope() - fit.halfWidth() > other;
    }

    boolean isBelow(double other) {
      return fit.slope() + fit.halfWidth() < other;
    }
  }

  private StabilityConclusion() {}

  /** The sentences, a paragraph for each update rule, or what is missing. */
  static List<String> of(StabilityStudy study) {
    return missing(study)
        .map(missing -> List.of("No verdict on learning rates: " + missing + "."))
        .orElseGet(
            () ->
                study.rules().stream()
                    .map(rule -> slopes(study, rule) + shares(study, rule))
                    .toList());
  }

  private static Optional<String> missing(StabilityStudy study) {
    boolean learned =
        study.results().stream()
            .filter(result -> result.temperature() == TemperatureStudy.REFERENCE)
            .anyMatch(result -> !Double.isNaN(result.largest().trains()));
    return learned
        ? Evidence.seeds(study.seeds().size())
        : Optional.of("at T = 1 no model learned to find the value, at no rate");
  }

  private static String slopes(StabilityStudy study, UpdateRule rule) {
    List<Slope> all =
        study.normalizers().stream()
            .map(
                normalizer ->
                    new Slope(
                        normalizer.label(),
                        study.slope(rule, normalizer, TemperatureStudy.REFERENCE)))
            .toList();
    List<Slope> known = all.stream().filter(Slope::isKnown).toList();
    List<String> parts = new ArrayList<>();
    if (!known.isEmpty()) {
      parts.add(
          "%s: over T \u2264 1 the largest rate that trains has the slope %s; 1/T predicts 1."
              .formatted(
                  rule.title,
                  known.stream()
                      .map(slope -> slope.normalizer() + " " + slope.fit().text())
                      .collect(Collectors.joining(", "))));
    }
    add(
        parts,
        "It falls with T, with the whole interval above 0: %s.",
        known,
        slope -> slope.isAbove(0));
    add(
        parts,
        "It rises as T falls, with the whole interval below 0: %s.",
        known,
        slope -> slope.isBelow(0));
    add(
        parts,
        "That it changes with T is not shown: %s.",
        known,
        slope -> !slope.isAbove(0) && !slope.isBelow(0));
    add(parts, "Steeper than 1: %s.", known, slope -> slope.isAbove(PREDICTED));
    add(parts, "Flatter than 1: %s.", known, slope -> slope.isBelow(PREDICTED));
    add(
        parts,
        rule.title
            + ": no slope, since fewer than three temperatures have a largest rate on the grid:"
            + " %s.",
        all,
        slope -> !slope.isKnown());
    return String.join(" ", parts);
  }

  private static void add(
      List<String> parts, String sentence, List<Slope> slopes, Predicate<Slope> which) {
    String labels =
        slopes.stream().filter(which).map(Slope::normalizer).collect(Collectors.joining(", "));
    if (!labels.isEmpty()) {
      parts.add(sentence.formatted(labels));
    }
  }

  private static String shares(StabilityStudy study, UpdateRule rule) {
    double coldest = study.temperatures().get(0);
    return " At the rate %s the trainings that fail are, at T = %s and at T = 1: %s."
        .formatted(
            Numbers.plain(rule.usualRate),
            Numbers.plain(coldest),
            study.normalizers().stream()
                .map(
                    normalizer ->
                        "%s %s and %s"
                            .formatted(
                                normalizer.label(),
                                failures(study, rule, normalizer, coldest),
                                failures(study, rule, normalizer, TemperatureStudy.REFERENCE)))
                .collect(Collectors.joining(", ")));
  }

  private static String failures(
      StabilityStudy study,
      UpdateRule rule,
      TemperatureScaledNormalizer normalizer,
      double temperature) {
    Share share = study.share(rule, normalizer, temperature, Outcome::isFailure);
    return "%d of %d".formatted(share.hits(), share.trials());
  }
}
