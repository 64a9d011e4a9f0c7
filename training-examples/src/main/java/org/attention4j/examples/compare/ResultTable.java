package org.attention4j.examples.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.report.Table.Emphasis;
import org.attention4j.examples.report.Table.Row;
import org.attention4j.examples.support.Numbers;
import org.jspecify.annotations.Nullable;

/** The results of a comparison as the table that is printed and stands at the report's top. */
final class ResultTable {
  private static final String NONE = "–";

  private ResultTable() {}

  /**
   * One row for each normalizer; the best one stands out if the results carry a verdict.
   *
   * @param results what came of the comparison
   * @param unigramEntropy the baseline, in bits per character
   */
  static Table of(List<NormalizerResult> results, double unigramEntropy) {
    boolean verdict = ComparisonEvidence.missing(results, unigramEntropy).isEmpty();
    Map<String, Difference> differences =
        (verdict ? SeedNoise.againstTheFirst(results) : List.<Difference>of())
            .stream().collect(Collectors.toMap(Difference::label, Function.identity()));
    double best =
        results.stream()
            .filter(NormalizerResult::wentWell)
            .mapToDouble(NormalizerResult::meanBits)
            .min()
            .orElse(Double.NaN);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      NormalizerResult result = results.get(i);
      rows.add(
          new Row(
              cells(result, differences.get(result.label())),
              OptionalInt.of(i),
              verdict && result.meanBits() == best ? Emphasis.STRONG : Emphasis.NONE));
    }
    return new Table("", headings(results.get(0).label()), rows);
  }

  private static List<String> headings(String first) {
    return List.of(
        "normalizer",
        "validation bits/char",
        "±",
        "less " + first,
        "p",
        "entropy (nats)",
        "effective tokens",
        "chars/s",
        "MiB",
        "alarms");
  }

  private static List<String> cells(NormalizerResult result, @Nullable Difference difference) {
    return List.of(
        result.label(),
        Numbers.fixed(result.meanBits(), 3),
        Double.isNaN(result.deviationOfBits()) ? NONE : Numbers.fixed(result.deviationOfBits(), 3),
        difference == null ? NONE : Numbers.signed(difference.mean(), 3),
        difference == null ? NONE : Numbers.fixed(difference.p(), 3),
        Numbers.fixed(result.meanEntropy(), 3),
        Numbers.fixed(result.meanEffectiveTokens(), 1),
        Numbers.fixed(result.charactersPerSecond(), 0),
        Numbers.fixed(result.workspaceMebibytes(), 1),
        Integer.toString(result.alarms()));
  }
}
