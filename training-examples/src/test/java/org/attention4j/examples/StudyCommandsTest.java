package org.attention4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
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
    assertThat(run.out().lines()).hasSize(2);
    assertThat(run.out())
        .startsWith("No verdict: at T = 1 no training came below the unigram entropy")
        .contains("Of 4 trainings 0 diverged, 4 stalled", "report: ");
    assertThat(rows("sensitivity.csv")).isEqualTo(2 * 2 * 4);
    assertThat(rows("training.csv")).isEqualTo(2 * 2);
    assertThat(rows("steps.csv")).isEqualTo(2 * 2 * 7);
    assertThat(rows("heads.csv")).isPositive();
    assertThat(directory.resolve("alarms.csv")).isNotEmptyFile();
    assertPage("1/(4T)", "cold-softmax", "--temperatures=1,0.1", "with 1 seed:");

    List<List<String>> before = csvFiles();
    try (Stream<Path> files = Files.list(directory.resolve("runs"))) {
      List<Path> runs = files.sorted().toList();
      assertThat(runs).hasSize(4);
      Files.delete(runs.get(1));
      Files.writeString(runs.get(2), "{\"run\":null}");
    }
    CommandLineRun resumed =
        CommandLineRun.of(
            "temperature",
            "--quick",
            "--temperatures=1,0.1",
            "--steps=7",
            "--seeds=1",
            "--resume",
            "--out=" + directory);

    assertThat(resumed.status()).as(resumed.err()).isZero();
    assertThat(resumed.err()).containsOnlyOnce(" is damaged");
    assertThat(csvFiles()).isEqualTo(before);
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
            "--seeds=5,3",
            "--out=" + directory);

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out().lines()).hasSize(3);
    assertThat(run.out())
        .contains("no verdict: ", "with at least 3 seeds, and there are 2", "report: ")
        .doesNotContain("Hold", "Fade");
    assertThat(rows("accuracy.csv")).isEqualTo(2 * 2 * 2 * 5);
    assertThat(rows("attention.csv")).isEqualTo(2 * 2 * 2 * 5 * RecallModel.HEADS);
    assertThat(Files.readString(directory.resolve("accuracy.csv"))).contains(",5,", ",3,");
    assertPage("Lemma 1", "all within the envelope", "--length=11");
  }

  private List<List<String>> csvFiles() throws IOException {
    List<List<String>> contents = new ArrayList<>();
    for (String file :
        List.of("sensitivity.csv", "training.csv", "steps.csv", "heads.csv", "alarms.csv")) {
      contents.add(Files.readAllLines(directory.resolve(file)));
    }
    return contents;
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
