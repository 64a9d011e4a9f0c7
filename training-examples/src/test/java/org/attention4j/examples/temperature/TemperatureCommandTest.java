package org.attention4j.examples.temperature;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVRecord;
import org.attention4j.examples.CommandLineRun;
import org.attention4j.examples.StudyFiles;
import org.attention4j.examples.report.PageCharts;
import org.attention4j.examples.report.Plot;
import org.attention4j.examples.support.Numbers;
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
            "--tensorboard",
            "--out=" + directory);

    assertThat(run.status()).as(run.err()).isZero();
    List<String> lines = run.out().lines().toList();
    assertThat(lines).hasSize(6);
    assertThat(lines.get(0))
        .startsWith("updater")
        .contains("T = 0.1", "T = 1", "slope, T \u2264 1");
    assertThat(lines.get(1)).startsWith("sgd      softmax").endsWith("\u2013");
    assertThat(lines.get(3))
        .startsWith("No verdict on learning rates: ")
        .contains("at least 3 seeds, and there is 1");
    assertThat(lines.get(4))
        .startsWith("No verdict: at T = 1 no training came below the unigram entropy")
        .contains("Of 4 trainings 0 diverged, 4 stalled");
    assertThat(lines.get(5)).startsWith("report: ");
    assertThat(StudyFiles.rows(directory, "largest-rates.csv")).isEqualTo(2 * 2);
    assertThat(StudyFiles.rows(directory, "rates.csv"))
        .isBetween(
            2L * 2 * StabilitySettings.USUAL.starts(),
            2L * 2 * StabilityTraining.maxTrainings(StabilitySettings.USUAL, UpdateRule.SGD));
    assertThat(directory).isDirectoryContaining("glob:**/largest-rate-sgd.png");
    assertThat(StudyFiles.rows(directory, "sensitivity.csv")).isEqualTo(2 * 2 * 4);
    assertThat(StudyFiles.rows(directory, "training.csv")).isEqualTo(2 * 2);
    assertThat(StudyFiles.rows(directory, "steps.csv")).isEqualTo(2 * 2 * 7);
    assertThat(StudyFiles.rows(directory, "heads.csv")).isPositive();
    assertThat(directory.resolve("alarms.csv")).isNotEmptyFile();
    StudyFiles.assertPage(
        directory,
        "proportional to T",
        "1/(4T)",
        "cold-softmax",
        "--temperatures=1,0.1",
        "with 1 seed:");
    assertChartsShowTheFiles();

    try (Stream<Path> runs = Files.list(directory.resolve("tensorboard"))) {
      assertThat(runs.toList())
          .hasSize(2 * 2)
          .allSatisfy(one -> assertThat(one).isDirectoryContaining("glob:**/*.tfevents.*"));
    }
    List<List<String>> before = csvFiles();
    try (Stream<Path> files = Files.list(directory.resolve("runs"))) {
      List<Path> runs = files.sorted().toList();
      assertThat(runs).hasSize(4 + 4);
      for (int first : new int[] {0, 4}) {
        Files.delete(runs.get(first + 1));
        Files.writeString(runs.get(first + 2), "{\"run\":null}");
      }
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
    assertThat(resumed.err().split(" is damaged", -1)).hasSize(1 + 2);
    assertThat(resumed.out()).isEqualTo(run.out());
    assertThat(csvFiles()).isEqualTo(before);
  }

  /** The numbers of the charts, computed once more from the CSV files beside the page. */
  private void assertChartsShowTheFiles() throws IOException {
    Map<String, Plot> charts = PageCharts.of(Files.readString(directory.resolve("report.html")));
    List<CSVRecord> trainings = StudyFiles.read(directory.resolve("training.csv"));
    List<CSVRecord> steps = StudyFiles.read(directory.resolve("steps.csv"));
    assertThat(trainings).hasSize(2 * 2);
    for (CSVRecord training : trainings) {
      String normalizer = training.get("normalizer");
      String temperature = training.get("temperature");
      Plot.Curve validation = PageCharts.curve(charts.get("validation"), normalizer);
      assertThat(validation.x()).containsExactly(0.1, 1);
      assertThat(validation.y()[Double.parseDouble(temperature) == 1 ? 1 : 0])
          .isEqualTo(Double.parseDouble(training.get("validation_bits_per_character")));
      Plot.Curve loss =
          PageCharts.curve(
              charts.get("loss-" + normalizer),
              "T = " + Numbers.plain(Double.parseDouble(temperature)));
      assertThat(loss.y())
          .containsExactly(
              steps.stream()
                  .filter(row -> row.get("normalizer").equals(normalizer))
                  .filter(row -> row.get("temperature").equals(temperature))
                  .mapToDouble(row -> Double.parseDouble(row.get("train_bits_per_character")))
                  .toArray());
      assertThat(loss.low()).isEqualTo(loss.y());
    }
  }

  private List<List<String>> csvFiles() throws IOException {
    List<List<String>> contents = new ArrayList<>();
    for (String file :
        List.of(
            "largest-rates.csv",
            "rates.csv",
            "sensitivity.csv",
            "training.csv",
            "steps.csv",
            "heads.csv",
            "alarms.csv")) {
      contents.add(Files.readAllLines(directory.resolve(file)));
    }
    return contents;
  }
}
