package org.attention4j.examples;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attention4j.examples.report.Csv;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.report.Table.Emphasis;

/** The results of a comparison as tables and as CSV files. */
final class ResultTable {
  private static final List<String> HEADINGS =
      List.of(
          "normalizer",
          "validation bits/char",
          "attention entropy (nats)",
          "effective tokens",
          "parameters",
          "seconds");

  private ResultTable() {}

  /** One row for each model, the best one standing out. */
  static Table of(List<ModelResult> results) {
    double best =
        results.stream().mapToDouble(ModelResult::validationBits).min().orElse(Double.NaN);
    List<Table.Row> rows = new ArrayList<>();
    for (ModelResult result : results) {
      Table.Row row = Table.Row.ofCurve(rows.size(), cells(result));
      rows.add(result.validationBits() == best ? row.with(Emphasis.STRONG) : row);
    }
    return new Table("", HEADINGS, rows);
  }

  /** One row for each model, the heads side by side. */
  static Table ofHeads(List<ModelResult> results) {
    List<String> headings = new ArrayList<>(List.of("normalizer"));
    for (HeadStatistics head : results.get(0).heads()) {
      headings.add("%s head %d".formatted(head.layer().replace("-attention", ""), head.head()));
    }
    List<Table.Row> rows = new ArrayList<>();
    for (ModelResult result : results) {
      List<String> cells = new ArrayList<>(List.of(result.normalizer().label()));
      for (HeadStatistics head : result.heads()) {
        cells.add(
            "%s (%s)"
                .formatted(
                    Numbers.fixed(head.effectiveTokens(), 1), Numbers.fixed(head.entropy(), 2)));
      }
      rows.add(Table.Row.ofCurve(rows.size(), cells));
    }
    return new Table(
        "Effective tokens, with the entropy in nats in brackets, for each layer and head.",
        headings,
        rows);
  }

  private static List<String> cells(ModelResult result) {
    return List.of(
        result.normalizer().label(),
        Numbers.fixed(result.validationBits(), 3),
        Numbers.fixed(HeadStatistics.meanEntropy(result.heads()), 3),
        Numbers.fixed(HeadStatistics.meanEffectiveTokens(result.heads()), 1),
        Long.toString(result.parameters()),
        Numbers.fixed(result.seconds(), 1));
  }

  /** Writes {@code results.csv}, one row for each model. */
  static void writeResults(Path file, List<ModelResult> results) {
    Csv csv =
        new Csv(
            "normalizer",
            "json",
            "validation_bits_per_character",
            "mean_attention_entropy_nats",
            "mean_effective_tokens",
            "parameters",
            "training_seconds");
    for (ModelResult result : results) {
      csv.row(
          result.normalizer().label(),
          result.normalizer().json(),
          Numbers.fixed(result.validationBits(), 5),
          Numbers.fixed(HeadStatistics.meanEntropy(result.heads()), 5),
          Numbers.fixed(HeadStatistics.meanEffectiveTokens(result.heads()), 4),
          result.parameters(),
          Numbers.fixed(result.seconds(), 2));
    }
    csv.write(file);
  }

  /** Writes {@code attention.csv}, one row for each head of each model. */
  static void writeHeads(Path file, List<ModelResult> results) {
    Csv csv =
        new Csv(
            "normalizer",
            "layer",
            "head",
            "mean_entropy_nats",
            "mean_effective_tokens",
            "mean_row_mass");
    for (ModelResult result : results) {
      for (HeadStatistics head : result.heads()) {
        csv.row(
            result.normalizer().label(),
            head.layer(),
            head.head(),
            Numbers.fixed(head.entropy(), 5),
            Numbers.fixed(head.effectiveTokens(), 4),
            Numbers.fixed(head.rowMass(), 5));
      }
    }
    csv.write(file);
  }
}
