package org.attention4j.examples.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.attention4j.examples.CommandLineRun;
import org.attention4j.examples.StudyFiles;
import org.attention4j.examples.report.PageCharts;
import org.attention4j.examples.report.Plot;
import org.attention4j.examples.retrieval.RecallModel;
import org.attention4j.examples.retrieval.RecallTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class RecallCommandTest {
  @TempDir Path directory;

  @Test
  void aTinyStudyOfRecallLeavesPageAndNumbers() throws IOException {
    CommandLineRun run =
        CommandLineRun.of(
            "recall",
            "--quick",
            "--normalizers=softmax,top-fraction:0.06",
            "--length=11",
            "--steps=2",
            "--seeds=5,3",
            "--tensorboard",
            "--out=" + directory);

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out().lines()).hasSize(3);
    assertThat(run.out())
        .contains("no verdict: ", "with at least 3 seeds, and there are 2", "report: ")
        .doesNotContain("Hold", "Fade");
    assertThat(StudyFiles.rows(directory, "accuracy.csv")).isEqualTo(2 * 2 * 2 * 5);
    assertThat(StudyFiles.rows(directory, "attention.csv"))
        .isEqualTo(2 * 2 * 2 * 5 * RecallModel.HEADS);
    assertThat(Files.readString(directory.resolve("accuracy.csv"))).contains(",5,", ",3,");
    StudyFiles.assertPage(directory, "Lemma 1", "all within the envelope", "--length=11");
    assertChartsShowTheFiles();
    try (Stream<Path> runs = Files.list(directory.resolve("tensorboard"))) {
      assertThat(runs.toList())
          .hasSize(2 * 2 * 2)
          .allSatisfy(one -> assertThat(one).isDirectoryContaining("glob:**/*.tfevents.*"));
    }
  }

  /** The numbers of the charts, computed once more from the CSV files beside the page. */
  private void assertChartsShowTheFiles() throws IOException {
    Map<String, Plot> charts = PageCharts.of(Files.readString(directory.resolve("report.html")));
    assertThat(charts.keySet()).contains("largest-accuracy", "largest-entropy");
    for (String normalizer : List.of("softmax", "top-fraction:0.06")) {
      Plot.Curve accuracy = PageCharts.curve(charts.get("largest-accuracy"), normalizer);
      Plot.Curve entropy = PageCharts.curve(charts.get("largest-entropy"), normalizer);
      assertThat(accuracy.x()).containsExactly(11, 22, 44, 88, 176);
      for (int i = 0; i < accuracy.x().length; i++) {
        DoubleSummaryStatistics seeds = statistics("accuracy.csv", normalizer, 11 << i, "accuracy");
        assertThat(seeds.getCount()).isEqualTo(2);
        assertThat(accuracy.y()[i]).isCloseTo(seeds.getAverage(), within(1e-12));
        assertThat(accuracy.low()[i]).isEqualTo(seeds.getMin());
        assertThat(accuracy.high()[i]).isEqualTo(seeds.getMax());
        assertThat(entropy.y()[i])
            .isCloseTo(
                statistics("attention.csv", normalizer, 11 << i, "normalized_entropy").getAverage(),
                within(1e-12));
      }
    }
  }

  private DoubleSummaryStatistics statistics(
      String file, String normalizer, int length, String column) throws IOException {
    return StudyFiles.read(directory.resolve(file)).stream()
        .filter(row -> row.get("task").equals(RecallTask.LARGEST.label()))
        .filter(row -> row.get("normalizer").equals(normalizer))
        .filter(row -> row.get("length").equals(Integer.toString(length)))
        .mapToDouble(row -> Double.parseDouble(row.get(column)))
        .summaryStatistics();
  }
}
