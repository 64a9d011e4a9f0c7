package org.attention4j.examples;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;

/** The results of a comparison as a text table and as CSV files. */
final class ResultTable {
  /** The headings of the printed table and of the report's. */
  static final List<String> HEADINGS =
      List.of(
          "normalizer",
          "validation bits/char",
          "attention entropy (nats)",
          "effective tokens",
          "parameters",
          "seconds");

  private static final CSVFormat FORMAT =
      CSVFormat.DEFAULT.builder().setRecordSeparator('\n').get();

  private ResultTable() {}

  /** One row of cells for people to read, in the order of {@link #HEADINGS}. */
  static List<String> cells(ModelResult result) {
    return List.of(
        result.normalizer().label(),
        Numbers.fixed(result.validationBits(), 3),
        Numbers.fixed(HeadStatistics.meanEntropy(result.heads()), 3),
        Numbers.fixed(HeadStatistics.meanEffectiveTokens(result.heads()), 1),
        Long.toString(result.parameters()),
        Numbers.fixed(result.seconds(), 1));
  }

  /**
   * Lays the results out in columns: names to the left, numbers to the right.
   *
   * @param results the results
   * @return lines for the terminal
   */
  static String text(List<ModelResult> results) {
    List<List<String>> rows = new ArrayList<>(List.of(HEADINGS));
    results.forEach(result -> rows.add(cells(result)));
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      text.append(line(row, rows)).append(System.lineSeparator());
    }
    return text.toString();
  }

  /** Writes {@code results.csv}, one row for each model. */
  static void writeResults(Path file, List<ModelResult> results) {
    StringBuilder csv = new StringBuilder();
    row(
        csv,
        "normalizer",
        "json",
        "validation_bits_per_character",
        "mean_attention_entropy_nats",
        "mean_effective_tokens",
        "parameters",
        "training_seconds");
    for (ModelResult result : results) {
      row(
          csv,
          result.normalizer().label(),
          result.normalizer().json(),
          Numbers.fixed(result.validationBits(), 5),
          Numbers.fixed(HeadStatistics.meanEntropy(result.heads()), 5),
          Numbers.fixed(HeadStatistics.meanEffectiveTokens(result.heads()), 4),
          result.parameters(),
          Numbers.fixed(result.seconds(), 2));
    }
    AtomicFile.write(file, csv.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Writes {@code attention.csv}, one row for each head of each model. */
  static void writeHeads(Path file, List<ModelResult> results) {
    StringBuilder csv = new StringBuilder();
    row(
        csv,
        "normalizer",
        "layer",
        "head",
        "mean_entropy_nats",
        "mean_effective_tokens",
        "mean_row_mass");
    for (ModelResult result : results) {
      for (HeadStatistics head : result.heads()) {
        row(
            csv,
            result.normalizer().label(),
            head.layer(),
            head.head(),
            Numbers.fixed(head.entropy(), 5),
            Numbers.fixed(head.effectiveTokens(), 4),
            Numbers.fixed(head.rowMass(), 5));
      }
    }
    AtomicFile.write(file, csv.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static void row(StringBuilder csv, Object... values) {
    csv.append(FORMAT.format(values)).append('\n');
  }

  private static String line(List<String> row, List<List<String>> rows) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < row.size(); column++) {
      int at = column;
      int width = rows.stream().mapToInt(other -> other.get(at).length()).max().orElse(0);
      String padding = " ".repeat(width - row.get(column).length());
      line.append(column == 0 ? row.get(column) + padding : "  " + padding + row.get(column));
    }
    return line.toString();
  }
}
