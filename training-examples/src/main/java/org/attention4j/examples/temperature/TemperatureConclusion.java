package org.attention4j.examples.temperature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.stat.descriptive.rank.Median;
import org.attention4j.examples.statistics.Evidence;
import org.attention4j.examples.statistics.LogLogFit;
import org.attention4j.examples.statistics.Spread;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.temperature.Sensitivities.Steepness;

/** What a study of temperatures came to, in sentences made of its numbers. */
final class TemperatureConclusion {
  /** Below this T the paper reports g ∝ 1/T. */
  static final double COLD = 0.1;

  private static final double INVERSE = -1;

  private TemperatureConclusion() {}

  /** The sentences, each a paragraph. */
  static List<String> of(TemperatureStudy study) {
    return missing(study)
        .map(missing -> List.of("No verdict: " + missing + ". " + counts(study)))
        .orElseGet(() -> List.of(atFixedWeights(study), inTraining(study), alarms(study)));
  }

  /** What a verdict would need; both parts rest on models that have learned something. */
  private static Optional<String> missing(TemperatureStudy study) {
    double lowest =
        study.normalizers().stream()
            .flatMap(normalizer -> study.runs(normalizer, TemperatureStudy.REFERENCE).stream())
            .mapToDouble(TemperatureRun::validationBits)
            .filter(bits -> !Double.isNaN(bits))
            .min()
            .orElse(Double.NaN);
    if (!(lowest < study.unigramEntropy())) {
      return Optional.of(
          ("at T = 1 no training came below the unigram entropy of %s bits per character, so no"
                  + " model has learned what another T could spoil; more --steps are needed")
              .formatted(Numbers.fixed(study.unigramEntropy(), 3)));
    }
    return Evidence.seeds(study.seeds().size());
  }

  private static String counts(TemperatureStudy study) {
    List<Verdict> verdicts = study.runs().stream().map(study::verdict).toList();
    return "Of %s %d diverged, %d stalled and %d had a gradient spike."
        .formatted(
            Numbers.count(verdicts.size(), "training"),
            verdicts.stream().filter(verdict -> verdict.outcome() == Outcome.DIVERGED).count(),
            verdicts.stream().filter(verdict -> verdict.outcome() == Outcome.STALLED).count(),
            verdicts.stream().filter(verdict -> verdict.spikes() > 0).count());
  }

  private static String atFixedWeights(TemperatureStudy study) {
    TemperatureScaledNormalizer softmax = study.normalizers().get(0);
    LogLogFit small = study.slope(softmax, COLD, s -> s.finiteDifferences()[0]);
    LogLogFit jacobian = study.slope(softmax, COLD, Steepness::jacobian);
    double coldest = study.temperatures()[0];
    ToDoubleFunction<TemperatureScaledNormalizer> norm =
        normalizer -> study.steepness(normalizer, coldest, Steepness::jacobian).mean();
    TemperatureScaledNormalizer steepest =
        study.normalizers().stream().max(Comparator.comparingDouble(norm)).orElse(softmax);
    TemperatureScaledNormalizer flattest =
        study.normalizers().stream().min(Comparator.comparingDouble(norm)).orElse(softmax);
    return "At fixed weights, "
        + claim(small, "the finite difference of softmax at \u03b5 = 0.001")
        + " "
        + claim(jacobian, "The exact Jacobian norm of softmax")
        + " At T = %s the mean norm is largest with %s (%s) and smallest with %s (%s); 1/(4T) is %s and 1/(2T) %s there."
            .formatted(
                Numbers.plain(coldest),
                steepest.label(),
                Numbers.brief(norm.applyAsDouble(steepest), 3),
                flattest.label(),
                Numbers.brief(norm.applyAsDouble(flattest), 3),
                Numbers.brief(1 / (4 * coldest), 3),
                Numbers.brief(1 / (2 * coldest), 3));
  }

  /** Whether a slope is the −1 of the paper, in words. */
  static String claim(LogLogFit fit, String subject) {
    if (Double.isNaN(fit.slope())) {
      return "%s has too few points at T \u2264 %s for a slope."
          .formatted(subject, Numbers.plain(COLD));
    }
    String words =
        "%s has the slope %s over T \u2264 %s".formatted(subject, fit.text(), Numbers.plain(COLD));
    if (fit.isCompatibleWith(INVERSE)) {
      return words + ", which is compatible with the paper's 1/T.";
    }
    return words
        + (fit.slope() > INVERSE
            ? ", flatter than the paper's 1/T: at real scores most rows are already decided, and a"
                + " decided row has a Jacobian near zero."
            : ", steeper than the paper's 1/T.");
  }

  private static String inTraining(TemperatureStudy study) {
    List<String> parts = new ArrayList<>();
    double coldest = study.temperatures()[0];
    for (TemperatureScaledNormalizer normalizer : study.normalizers()) {
      Spread cold = study.spread(normalizer, coldest, run -> study.verdict(run).medianGradient());
      Spread usual =
          study.spread(
              normalizer, TemperatureStudy.REFERENCE, run -> study.verdict(run).medianGradient());
      Spread coldBits = study.spread(normalizer, coldest, TemperatureRun::validationBits);
      Spread usualBits =
          study.spread(normalizer, TemperatureStudy.REFERENCE, TemperatureRun::validationBits);
      parts.add(
          "%s %s\u00d7 and %s bits"
              .formatted(
                  normalizer.label(),
                  Numbers.brief(cold.mean() / usual.mean(), 2),
                  Numbers.signed(coldBits.mean() - usualBits.mean(), 3)));
    }
    return "In training, from T = 1 to T = %s the median gradient norm and the validation loss change by: %s. %s %s"
        .formatted(Numbers.plain(coldest), String.join("; ", parts), counts(study), best(study));
  }

  private static String best(TemperatureStudy study) {
    List<String> best = new ArrayList<>();
    List<String> stalled = new ArrayList<>();
    for (TemperatureScaledNormalizer normalizer : study.normalizers()) {
      double temperature =
          Arrays.stream(study.temperatures())
              .boxed()
              .min(Comparator.comparingDouble(t -> bits(study, normalizer, t)))
              .orElse(Double.NaN);
      if (bits(study, normalizer, temperature) < study.unigramEntropy()) {
        best.add("%s at T = %s".formatted(normalizer.label(), Numbers.plain(temperature)));
      } else {
        stalled.add(normalizer.label());
      }
    }
    return "The validation loss is lowest for "
        + String.join(", ", best)
        + "."
        + (stalled.isEmpty()
            ? ""
            : " Below the unigram entropy at no T: " + String.join(", ", stalled) + ".");
  }

  private static double bits(
      TemperatureStudy study, TemperatureScaledNormalizer normalizer, double temperature) {
    return study.spread(normalizer, temperature, TemperatureRun::validationBits).mean();
  }

  private static String alarms(TemperatureStudy study) {
    List<Verdict> verdicts =
        study.runs().stream()
            .filter(run -> run.temperature() != TemperatureStudy.REFERENCE)
            .map(study::verdict)
            .toList();
    List<Verdict> shown = verdicts.stream().filter(v -> v.shown().isPresent()).toList();
    long quiet = shown.stream().filter(v -> v.firstAlarm().isEmpty()).count();
    double[] leads =
        shown.stream()
            .filter(v -> v.lead().isPresent())
            .mapToDouble(v -> v.lead().getAsInt())
            .toArray();
    long before = Arrays.stream(leads).filter(lead -> lead > 0).count();
    long needless =
        verdicts.stream().filter(v -> v.shown().isEmpty() && v.firstAlarm().isPresent()).count();
    String timing =
        leads.length == 0
            ? ""
            : " The median lead in steps is %s."
                .formatted(Numbers.brief(new Median().evaluate(leads), 3));
    return "In %d of %s away from T = 1 the loss showed the fault. In %d of these an alarm fired earlier, in %d no alarm fired at all.%s In %s an alarm fired though the loss never showed a fault."
        .formatted(
            shown.size(),
            Numbers.count(verdicts.size(), "training"),
            before,
            quiet,
            timing,
            Numbers.count(needless, "training"));
  }
}
