package org.attention4j.examples.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.report.Table.Emphasis;
import org.attention4j.examples.report.Table.Row;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.training.Baselines;
import org.jspecify.annotations.Nullable;

/** The results of a comparison as the table that is printed and stands at the report's top. */
final class ResultTable {
  private static final String NONE = "–";

  private ResultTable() {}

  /**
   * One row for each normalizer; the best one stands out if the results carry a verdict.
   *
   * @param results what came of the comparison
   * @param baselines of its text
   */
  static Table of(List<NormalizerResult> results, Baselines baselines) {
    boolean verdict = ComparisonEvidence.missing(results, baselines).isEmpty();
    List<NormalizerResult> judged = ComparisonEvidence.judged(results, baselines);
    Map<String, Difference> differences =
        (verdict && judged.contains(results.get(0))
                ? SeedNoise.againstTheFirst(judged)
                : List.<Difference>of())
            .stream().collect(Collectors.toMap(Difference::label, Function.identity()));
    double best = judged.stream().mapToDouble(NormalizerResult::meanBits).min().orElse(Double.NaN);
    Optional<LossLevel> level = LossLevel.of(results, baselines);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      NormalizerResult result = results.get(i);
      rows.add(
          new Row(
              cells(result, differences.get(result.label()), level),
              OptionalInt.of(i),
              verdict && result.meanBits() == best ? Emphasis.STRONG : Emphasis.NONE));
    }
    return new Table("", headings(results.get(0).label(), level), rows);
  }

  private static List<String> headings(String first, Optional<LossLevel> level) {
    return List.of(
        "normalizer",
        "bits/char",
        "±",
        "less " + first,
        "p",
        level.map(each -> "s to " + each.name()).orElse("s to a loss"),
        "chars/s",
        "MiB",
        "entropy (nats)",
        "effective tokens",
        "alarms");
  }

  private static List<String> cells(
      NormalizerResult result, @Nullable Difference difference, Optional<LossLevel> level) {
    return List.of(
        result.label(),
        Numbers.fixed(result.meanBits(), 3),
        Double.isNaN(result.deviationOfBits()) ? NONE : Numbers.fixed(result.deviationOfBits(), 3),
        difference == null ? NONE : Numbers.signed(difference.mean(), 3),
        difference == null ? NONE : Numbers.fixed(difference.p(), 3),
        level
            .map(each -> result.timeTo(each, Checkpoint::seconds))
            .filter(seconds -> !seconds.isNaN())
            .map(seconds -> Numbers.fixed(seconds, 1))
            .orElse(NONE),
        Numbers.fixed(result.charactersPerSecond(), 0),
        Numbers.fixed(result.workspaceMebibytes(), 1),
        Numbers.fixed(result.meanEntropy(), 3),
        Numbers.fixed(result.meanEffectiveTokens(), 1),
        Integer.toString(result.alarms()));
  }
}
