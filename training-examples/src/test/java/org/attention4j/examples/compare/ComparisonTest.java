package org.attention4j.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.attention4j.examples.CommandLineRun;
import org.attention4j.examples.training.Settings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
  @TempDir Path directory;
  private Path text;
  private Path out;

  @BeforeEach
  void writeText() throws IOException {
    text = directory.resolve("<b>alert</b>.txt".replace("/", "_"));
    Files.writeString(text, "The quick brown fox jumps over the lazy dog. ".repeat(60));
    out = directory.resolve("out");
  }

  @AfterEach
  void mendProvider() {
    FaultProvider.fault = FaultProvider.Fault.NONE;
  }

  @Test
  void aTinyComparisonLeavesTableAndFiles() throws IOException {
    CommandLineRun run = compare("softmax,ssmax", "--seeds=3,5");

    assertThat(run.status()).as(run.err()).isZero();
    List<String> lines = run.out().lines().toList();
    assertThat(lines).hasSize(6);
    assertThat(lines.get(0)).startsWith("normalizer").contains("bits/char", "less softmax");
    assertThat(lines.get(1)).matches("softmax +\\d\\.\\d{3} +\\d\\.\\d{3} +– +– +\\d.*");
    assertThat(lines.get(2)).matches("ssmax +\\d\\.\\d{3} +\\d\\.\\d{3} +– +– +\\d.*");
    assertThat(lines.get(3))
        .startsWith("No verdict: no normalizer came below the unigram entropy of ")
        .endsWith("; more --steps are needed.");
    assertThat(lines.get(4)).matches("unigram entropy of the text: \\d\\.\\d{3} bits/char");
    assertThat(lines.get(5)).isEqualTo("report: " + out.resolve("report.html"));
    assertThat(read(out.resolve("results.csv")))
        .extracting(row -> row.get("normalizer"))
        .containsExactly("softmax", "ssmax");
    Path comparison = only(out.resolve("comparisons"));
    assertThat(read(comparison.resolve("losses.csv"))).hasSize(2 * 2 * 3);
    assertThat(read(comparison.resolve("attention.csv"))).hasSize(2 * 2 * Settings.BLOCKS * 2);
    assertThat(read(comparison.resolve("differences.csv"))).isEmpty();
    assertThat(comparison).isDirectoryContaining("glob:**/report.html");
    assertThat(out).isDirectoryNotContaining("glob:**/*.tmp");
    assertThat(Files.readAllBytes(out.resolve("losses.png"))).startsWith(0x89, 'P', 'N', 'G');
    String page = Files.readString(out.resolve("report.html"));
    assertSelfContained(page);
    assertThat(page)
        .contains("- softmax", "context: 16", "N_s/N", "Alarms in healthy trainings")
        .contains("nothing can be said of false alarms")
        .doesNotContain(">NaN", " NaN", "1 seeds", "larger than seed noise</td>");
    for (Path trial : trials()) {
      assertThat(Files.readAllLines(trial.resolve(TrialTraining.MEASUREMENTS)))
          .as("a line for each snapshot and head")
          .hasSize(2 * Settings.BLOCKS * 2)
          .allMatch(line -> line.contains("separableShare"));
    }
  }

  private static void assertSelfContained(String page) {
    assertThat(page).doesNotContain("<script", "http://", "https://", "url(", "${", "<b>alert");
    assertThat(page).doesNotContainPattern("href=\"(?!#)");
    assertThat(page).containsPattern("src=\"data:image/png;base64,[A-Za-z0-9+/=]{1000,}\"");
    assertThat(page).doesNotContainPattern("(src|srcset)=\"(?!data:image/png)");
    assertThat(page).contains("&lt;b&gt;alert", "prefers-color-scheme: dark", "--steps=3");
  }

  @Test
  void anInterruptedComparisonGoesOnWhereItWas() throws IOException {
    FaultProvider.fault = FaultProvider.Fault.THROW;
    CommandLineRun interrupted = compare("softmax,fault-for-test", "--parallel=1");

    assertThat(interrupted.status()).isEqualTo(1);
    assertThat(
            interrupted.err().lines().toList().get(interrupted.err().lines().toList().size() - 1))
        .startsWith("The cat is on the keyboard. 1 of 2 trainings are finished; their numbers are")
        .contains("Go on with: java -jar attention4j-examples.jar compare ")
        .endsWith(" --parallel=1 --resume");
    assertThat(read(out.resolve("partial").resolve("trials.csv")))
        .extracting(row -> row.get("normalizer"))
        .containsExactly("softmax");
    assertThat(out.resolve("report.html")).doesNotExist();
    Path finished =
        trials().stream().filter(t -> t.toString().contains("softmax")).findFirst().get();
    FileTime written = Files.getLastModifiedTime(finished.resolve("result.json"));
    assertThat(names(trials())).anyMatch(name -> name.startsWith("unfinished-fault-for-test"));

    FaultProvider.fault = FaultProvider.Fault.NONE;
    CommandLineRun resumed = compare("softmax,fault-for-test", "--parallel=1", "--resume");

    assertThat(resumed.status()).as(resumed.err()).isZero();
    assertThat(Files.getLastModifiedTime(finished.resolve("result.json"))).isEqualTo(written);
    assertThat(names(trials())).hasSize(2).noneMatch(name -> name.startsWith("unfinished"));
    assertThat(out.resolve("partial")).doesNotExist();
    Path other = directory.resolve("uninterrupted");
    CommandLineRun uninterrupted = compareInto(other, "softmax,fault-for-test", "--parallel=2");
    assertThat(bits(uninterrupted)).isEqualTo(bits(resumed)).hasSize(2);
  }

  @Test
  void aDamagedTrialIsNamedAndTrainedAgain() throws IOException {
    compare("softmax");
    Path file = trials().get(0).resolve("result.json");
    Files.writeString(file, "{\"label\": \"softmax\", ");

    CommandLineRun run = compare("softmax", "--resume");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err().lines().filter(line -> line.contains("result.json")))
        .containsExactly(
            file + " is damaged at line 1, column 22. softmax, seed 3 is trained again.");
    assertThat(Files.readString(file)).contains("\"losses\"");
  }

  @Test
  void aDamagedSummaryOfAnotherComparisonIsLeftOut() throws IOException {
    compare("softmax");
    Path summary = only(out.resolve("comparisons")).resolve("summary.json");
    Files.writeString(summary, "{\"name\":");

    CommandLineRun run = compare("softmax", "--resume", "--monitor-every=3");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err()).contains(summary + " is damaged").contains("is left out");
  }

  @Test
  void anotherComparisonComesBesideTheFirst() throws IOException {
    compare("softmax");
    CommandLineRun second = compare("softmax,relu", "--batch=3");

    assertThat(second.status()).as(second.err()).isZero();
    List<CSVRecord> rows = read(out.resolve("results.csv"));
    assertThat(rows).extracting(row -> row.get("normalizer")).hasSize(3);
    assertThat(rows.stream().map(row -> row.get("comparison")).distinct()).hasSize(2);
    String page = Files.readString(out.resolve("report.html"));
    assertThat(page).contains("Side by side", rows.get(0).get("comparison"));
    assertSelfContained(page);
  }

  @Test
  void aTrainingThatBreaksDownIsToldOfAndEndsNothingElse() throws IOException {
    FaultProvider.fault = FaultProvider.Fault.NAN;
    CommandLineRun run = compare("fault-for-test,softmax", "--seeds=3,5");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).contains("Training broke down with fault-for-test.");
    List<CSVRecord> rows = read(only(out.resolve("comparisons")).resolve("trials.csv"));
    assertThat(rows.get(0).get("broke_down_at_step")).isEqualTo("1");
    assertThat(rows.get(0).get("validation_bits_per_character")).isEmpty();
    assertThat(rows.get(2).get("validation_bits_per_character")).isNotEmpty();
  }

  @Test
  void aClosedLogKeepsWholeRowsWhateverStillComes() throws Exception {
    Path file = directory.resolve("losses.csv");
    LossLog log = new LossLog(file);
    Thread trainer =
        new Thread(
            () -> {
              for (int step = 1; step <= 20_000; step++) {
                log.add(step, 1.25);
              }
            });

    trainer.start();
    while (log.rows() < 50) {
      Thread.onSpinWait();
    }
    log.close();
    long rowsAtClose = log.rows();
    trainer.join();

    List<CSVRecord> rows = read(file);
    assertThat(rows).hasSize((int) rowsAtClose).allMatch(row -> row.size() == 2);
    assertThat(rows.get(49).get("step")).isEqualTo("50");
  }

  private CommandLineRun compare(String normalizers, String... more) {
    return compareInto(out, normalizers, more);
  }

  private CommandLineRun compareInto(Path target, String normalizers, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "compare",
                "--text=" + text,
                "--out=" + target,
                "--normalizers=" + normalizers,
                "--steps=3",
                "--context=16",
                "--width=8",
                "--heads=2"));
    if (Arrays.stream(more).noneMatch(word -> word.startsWith("--monitor-every"))) {
      words.add("--monitor-every=2");
    }
    if (Arrays.stream(more).noneMatch(word -> word.startsWith("--batch"))) {
      words.add("--batch=2");
    }
    if (Arrays.stream(more).noneMatch(word -> word.startsWith("--seeds"))) {
      words.add("--seed=3");
    }
    words.addAll(List.of(more));
    return CommandLineRun.of(words.toArray(String[]::new));
  }

  /** The validation bits in the printed table. */
  private static List<String> bits(CommandLineRun run) {
    return run.out().lines().skip(1).limit(2).map(line -> line.split(" +", -1)[1]).toList();
  }

  private List<Path> trials() throws IOException {
    return list(out.resolve("trials"));
  }

  private static List<String> names(List<Path> files) {
    return files.stream().map(file -> file.getFileName().toString()).toList();
  }

  private static Path only(Path parent) throws IOException {
    assertThat(list(parent)).hasSize(1);
    return list(parent).get(0);
  }

  private static List<Path> list(Path parent) throws IOException {
    try (Stream<Path> files = Files.list(parent)) {
      return files.toList();
    }
  }

  private static List<CSVRecord> read(Path file) throws IOException {
    CSVFormat format = CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).get();
    try (CSVParser parser = CSVParser.parse(file, StandardCharsets.UTF_8, format)) {
      return parser.getRecords();
    }
  }
}
