package org.attention4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class StudyCommandsTest {
  @TempDir Path directory;

  @Test
  void aTinyStudyOfTemperaturesLeavesPageAndNumbers() throws IOException {
    CommandLineRun run =
        CommandLineRun.of(
            "temperature",
            "--quick",
            "--temperatures=1,0.1",
            "--steps=7",
            "--seeds=1",
            "--out=" + directory);

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out().lines()).hasSize(4);
    assertThat(run.out()).contains("At fixed weights", "In training", "report: ");
    assertThat(rows("sensitivity.csv")).isEqualTo(3 * 2 * 4);
    assertThat(rows("training.csv")).isEqualTo(3 * 2);
    assertThat(rows("steps.csv")).isEqualTo(3 * 2 * 7);
    assertThat(rows("heads.csv")).isPositive();
    assertThat(directory.resolve("alarms.csv")).isNotEmptyFile();
    assertPage("1/(4T)", "cold-softmax", "--temperatures=1,0.1");
  }

  @Test
  void aTinyStudyOfRecallLeavesPageAndNumbers() throws IOException {
    CommandLineRun run =
        CommandLineRun.of(
            "recall",
            "--quick",
            "--normalizers=softmax,top-fraction:0.06",
            "--length=11",
            "--steps=2",
            "--out=" + directory);

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out().lines()).hasSize(3);
    assertThat(run.out()).contains("Did not learn the task in this time: softmax", "report: ");
    assertThat(rows("accuracy.csv")).isEqualTo(2 * 2 * 5);
    assertThat(rows("attention.csv")).isEqualTo(2 * 2 * 5 * RecallModel.HEADS);
    assertPage("Lemma 1", "all within the envelope", "--length=11");
  }

  private long rows(String file) throws IOException {
    return Files.readAllLines(directory.resolve(file)).size() - 1L;
  }

  private void assertPage(String... expected) throws IOException {
    assertThat(Files.readString(directory.resolve("report.html"))).contains(expected);
    assertThat(directory)
        .isDirectoryContaining("glob:**/*.png")
        .isDirectoryNotContaining("glob:**/*.tmp");
  }
}
