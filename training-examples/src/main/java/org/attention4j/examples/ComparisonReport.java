package org.attention4j.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attention4j.examples.report.Gallery;
import org.attention4j.examples.report.Paragraph;
import org.attention4j.examples.report.Report;
import org.attention4j.examples.report.Section;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.report.Table.Emphasis;

/** What a comparison came to, as a page. */
final class ComparisonReport {
  private ComparisonReport() {}

  /**
   * Lays the page out.
   *
   * @param results the models
   * @param unigramEntropy the baseline, in bits per character
   * @param facts what was run
   * @return the page
   */
  static Report of(List<ModelResult> results, double unigramEntropy, Map<String, String> facts) {
    return new Report(
        "Normalizers compared",
        "The same small transformer, the same first weights and the same batches; only the map from"
            + " attention scores to attention weights differs.",
        List.of(
            Section.of(
                "Results",
                Gallery.of(
                    LossChart.of(results, unigramEntropy),
                    withBaseline(ResultTable.of(results), unigramEntropy)),
                Paragraph.remark(
                    "Fewer bits per character are better. The baseline is what a model needs that"
                        + " knows only how often each character occurs. Entropy H and effective"
                        + " tokens e^H are means over examples, queries and heads at the end of"
                        + " training. One run with one seed: small differences are noise.")),
            Section.of("Attention by head", ResultTable.ofHeads(results))),
        facts);
  }

  private static Table withBaseline(Table table, double unigramEntropy) {
    List<String> cells = new ArrayList<>();
    cells.add("baseline: unigram entropy");
    cells.add(Numbers.fixed(unigramEntropy, 3));
    while (cells.size() < table.headings().size()) {
      cells.add("");
    }
    List<Table.Row> rows = new ArrayList<>(table.rows());
    rows.add(Table.Row.of(cells).with(Emphasis.FAINT));
    return new Table(table.caption(), table.headings(), rows);
  }
}
