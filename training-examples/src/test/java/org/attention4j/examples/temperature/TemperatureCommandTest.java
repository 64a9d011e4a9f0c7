package org.attention4j.examples.temperature;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attention4j.examples.CommandLineRun;
import org.attention4j.examples.StudyFiles;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class TemperatureCommandTest {
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
    assertThat(StudyFiles.rows(directory, "sensitivity.csv")).isEqualTo(2 * 2 * 4);
    assertThat(StudyFiles.rows(directory, "training.csv")).isEqualTo(2 * 2);
    assertThat(StudyFiles.rows(directory, "steps.csv")).isEqualTo(2 * 2 * 7);
    assertThat(StudyFiles.rows(directory, "heads.csv")).isPositive();
    assertThat(directory.resolve("alarms.csv")).isNotEmptyFile();
    StudyFiles.assertPage(
        directory, "1/(4T)", "cold-softmax", "--temperatures=1,0.1", "with 1 seed:");

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

  private List<List<String>> csvFiles() throws IOException {
    List<List<String>> contents = new ArrayList<>();
    for (String file :
        List.of("sensitivity.csv", "training.csv", "steps.csv", "heads.csv", "alarms.csv")) {
      contents.add(Files.readAllLines(directory.resolve(file)));
    }
    return contents;
  }
}
