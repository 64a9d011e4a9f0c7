package org.attention4j.examples.paper;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attention4j.examples.paper.Claim.Topic;
import org.attention4j.examples.report.Block;
import org.attention4j.examples.report.Paragraph;
import org.attention4j.examples.report.Report;
import org.attention4j.examples.report.Section;
import org.attention4j.examples.report.Table;

/** What a run came to, as a page with figures like the paper's. */
final class PaperReport {
  private final Subject subject;
  private final PaperResults results;
  private final List<Claim> claims;

  private PaperReport(Subject subject, PaperResults results, List<Claim> claims) {
    this.subject = subject;
    this.results = results;
    this.claims = claims;
  }

  /**
   * Lays the page out.
   *
   * @param subject what was measured
   * @param results the numbers
   * @param claims the verdicts
   * @param facts what was run
   * @return the page
   */
  static Report of(
      Subject subject, PaperResults results, List<Claim> claims, Map<String, String> facts) {
    return new PaperReport(subject, results, claims).page(facts);
  }

  private Report page(Map<String, String> facts) {
    return new Report(
        "The paper's algorithms",
        "The algorithms of Limitations of Normalization in Attention Mechanism (arXiv 2508.17821), and the measurements of Retrieval Capacity of Self-Attention Under Competition (arXiv 2609.37879), on %s reading %s."
            .formatted(subject.name(), subject.text()),
        List.of(
            verdicts(),
            section("Distances (Algorithms 1 and 2)", Topic.DISTANCE, DistanceFigures.of(results)),
            section("Critical N (Algorithm 3)", Topic.CRITICAL_N, CriticalNFigures.of(results)),
            section(
                "Separability (Algorithm 4)", Topic.SEPARABILITY, SeparabilityFigures.of(results)),
            section(
                "Gradient sensitivity (Algorithm 5)",
                Topic.SENSITIVITY,
                SensitivityFigures.of(results)),
            new Section("Recall, precision and F (arXiv 2609.37879)", RetrievalFigures.of(results)),
            section(
                "Restriction (arXiv 2609.37879)",
                Topic.RESTRICTION,
                RestrictionFigures.of(results))),
        facts);
  }

  private Section verdicts() {
    List<Table.Row> rows = new ArrayList<>();
    for (Claim claim : claims) {
      rows.add(
          Table.Row.of(
              List.of(
                  claim.name(),
                  claim.reported(),
                  claim.measured(),
                  claim.verdict().label(),
                  claim.evidence())));
    }
    List<Block> blocks =
        new ArrayList<>(
            List.of(
                new Table(
                    "What the papers say, and what was measured here",
                    List.of("subject", "papers", "measured", "verdict", "on"),
                    rows),
                Paragraph.remark(
                    "Intervals are 95 % confidence intervals of the mean over heads. All heads read"
                        + " the same text, so they say how heads differ, not how texts do. A"
                        + " verdict is open where the interval reaches over the border, or there"
                        + " are too few heads or keys.")));
    if (results.leftOut() > 0) {
      blocks.add(
          Paragraph.remark(
              "%s left out, since no query of it sees all keys."
                  .formatted(
                      results.leftOut() == 1 ? "1 head was" : results.leftOut() + " heads were")));
    }
    return new Section("Verdicts", blocks);
  }

  /** What the paper reports and what was measured, then the figures. */
  private Section section(String heading, Topic topic, List<Block> figures) {
    List<Block> all = new ArrayList<>();
    for (Claim claim : claims) {
      if (claim.topic() == topic) {
        all.add(Paragraph.finding(claim.sentence()));
      }
    }
    all.addAll(figures);
    return new Section(heading, all);
  }
}
