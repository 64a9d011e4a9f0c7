package org.attention4j.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVRecord;
import org.attention4j.examples.CommandLineRun;
import org.attention4j.examples.StudyFiles;
import org.attention4j.examples.report.PageCharts;
import org.attention4j.examples.report.Plot;
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
    assertThat(lines).hasSize(11);
    assertThat(lines.get(0))
        .startsWith("normalizer")
        .contains("bits/char", "less softmax", "s to a loss");
    assertThat(lines.get(1)).matches("softmax +\\d\\.\\d{3} +\\d\\.\\d{3} +– +– +– +\\d.*");
    assertThat(lines.get(2)).matches("ssmax +\\d\\.\\d{3} +\\d\\.\\d{3} +– +– +– +\\d.*");
    assertThat(lines.get(4)).isEqualTo("normalizer  bits/char at 16  at 32  at 64  at 128");
    assertThat(lines.get(5)).matches("softmax +(\\d\\.\\d{3} *){4}");
    assertThat(lines.get(6)).matches("ssmax +(\\d\\.\\d{3} *){4}");
    assertThat(lines.get(8))
        .startsWith("No verdict: no normalizer came below the bigram baseline of ")
        .endsWith("; more --steps are needed.");
    assertThat(lines.get(9))
        .matches(
            "Baselines of the text, in bits/char: unigram \\d\\.\\d{3}, bigram \\d\\.\\d{3},"
                + " trigram \\d\\.\\d{3}\\.");
    assertThat(lines.get(10)).isEqualTo("report: " + out.resolve("report.html"));
    assertThat(StudyFiles.read(out.resolve("results.csv")))
        .extracting(row -> row.get("normalizer"))
        .containsExactly("softmax", "ssmax");
    Path comparison = only(out.resolve("comparisons"));
    assertThat(StudyFiles.read(comparison.resolve("losses.csv"))).hasSize(2 * 2 * 3);
    assertThat(StudyFiles.read(comparison.resolve("validation.csv"))).hasSize(2 * 2 * 3);
    assertThat(StudyFiles.read(comparison.resolve("lengths.csv")))
        .hasSize(2 * 2 * 4)
        .allMatch(row -> row.get("recall_accuracy").isEmpty())
        .allMatch(row -> !row.get("validation_bits_per_character").isEmpty());
    assertThat(StudyFiles.read(comparison.resolve("attention.csv")))
        .hasSize(2 * 2 * Settings.BLOCKS * 2);
    assertThat(StudyFiles.read(comparison.resolve("differences.csv"))).isEmpty();
    assertThat(comparison).isDirectoryContaining("glob:**/report.html");
    assertThat(out).isDirectoryNotContaining("glob:**/*.tmp");
    assertThat(out).isDirectoryContaining("glob:**/length.png");
    assertThat(out).isDirectoryNotContaining("glob:**/recall.png");
    assertThat(Files.readAllBytes(out.resolve("losses.png"))).startsWith(0x89, 'P', 'N', 'G');
    String page = Files.readString(out.resolve("report.html"));
    assertSelfContained(page);
    assertThat(PageCharts.withoutScripts(page))
        .contains("- softmax", "context: 16", "N_s/N", "Alarms in healthy trainings")
        .contains("nothing can be said of false alarms")
        .doesNotContain(">NaN", " NaN", "1 seeds", "larger than seed noise</td>");
    for (Path trial : trials()) {
      assertThat(Files.readAllLines(trial.resolve(TrialTraining.MEASUREMENTS)))
          .as("at each snapshot a line for each head, each layer and the network")
          .hasSize(2 * (Settings.BLOCKS * 2 + Settings.BLOCKS + 1))
          .filteredOn(line -> line.contains("\"head\":"))
          .hasSize(2 * Settings.BLOCKS * 2)
          .allMatch(line -> line.contains("separableShare"));
    }
  }

  /** The numbers of the charts, computed once more from the CSV files beside the page. */
  @Test
  void chartsShowTheNumbersOfTheFiles() throws IOException {
    CommandLineRun run = compare("softmax,ssmax", "--seeds=3,5,2");

    assertThat(run.status()).as(run.err()).isZero();
    Path comparison = only(out.resolve("comparisons"));
    Map<String, Plot> charts = PageCharts.of(Files.readString(comparison.resolve("report.html")));
    assertThat(charts).containsKeys("bits", "losses", "normalizedEntropy-block-1-1");
    for (String normalizer : List.of("softmax", "ssmax")) {
      Plot.Curve length = PageCharts.curve(charts.get("length"), normalizer);
      List<CSVRecord> lengths = of(normalizer, comparison.resolve("lengths.csv"));
      String bits = "validation_bits_per_character";
      assertThat(length.x()).containsExactly(16, 32, 64, 128);
      for (int i = 0; i < length.x().length; i++) {
        String multiple = Integer.toString(1 << i);
        DoubleSummaryStatistics seeds = statistics(lengths, "multiple", multiple, bits);
        assertThat(seeds.getCount()).isEqualTo(3);
        assertThat(length.y()[i]).isCloseTo(seeds.getAverage(), within(1e-12));
        assertThat(length.low()[i]).isEqualTo(seeds.getMin());
        assertThat(length.high()[i]).isEqualTo(seeds.getMax());
      }
      Plot.Curve validation = PageCharts.curve(charts.get("validation"), normalizer);
      List<CSVRecord> checkpoints = of(normalizer, comparison.resolve("validation.csv"));
      for (int i = 0; i < 3; i++) {
        String step = Integer.toString(i + 1);
        assertThat(validation.x()[i])
            .isCloseTo(
                statistics(checkpoints, "step", step, "training_seconds").getAverage(),
                within(1e-12));
        assertThat(validation.y()[i])
            .isCloseTo(statistics(checkpoints, "step", step, bits).getAverage(), within(1e-12));
      }
      CSVRecord result = of(normalizer, comparison.resolve("results.csv")).get(0);
      double mean = Double.parseDouble(result.get("mean_validation_bits_per_character"));
      double deviation = Double.parseDouble(result.get("sd_validation_bits_per_character"));
      Plot.Curve all = charts.get("bits").curves().get(0);
      int at = charts.get("bits").x().names().indexOf(normalizer);
      assertThat(all.y()[at]).isEqualTo(mean);
      assertThat(all.low()[at]).isEqualTo(mean - deviation);
      assertThat(all.high()[at]).isEqualTo(mean + deviation);
    }
  }

  private static List<CSVRecord> of(String normalizer, Path file) throws IOException {
    return StudyFiles.read(file).stream()
        .filter(row -> row.get("normalizer").equals(normalizer))
        .toList();
  }

  private static DoubleSummaryStatistics statistics(
      List<CSVRecord> rows, String key, String value, String column) {
    return rows.stream()
        .filter(row -> row.get(key).equals(value))
        .mapToDouble(row -> Double.parseDouble(row.get(column)))
        .summaryStatistics();
  }

  @Test
  void recallStandsBesideUnlessItIsNotWanted() throws IOException {
    CommandLineRun run = compare("softmax", "--recall");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out().lines().toList().get(3))
        .contains("recall at 32  at 64  at 128  at 256  at 512  learned");
    List<CSVRecord> rows = StudyFiles.read(only(out.resolve("comparisons")).resolve("lengths.csv"));
    assertThat(rows)
        .extracting(row -> row.get("multiple"))
        .containsExactly("1", "2", "4", "8", "16");
    double near = Double.parseDouble(rows.get(0).get("recall_accuracy"));
    double far = Double.parseDouble(rows.get(3).get("recall_accuracy"));
    assertThat(near).as("the task is learned").isBetween(0.9, 1.0);
    assertThat(far).as("softmax fades").isBetween(0.5, near - 0.02);
    assertThat(Files.readAllBytes(out.resolve("recall.png"))).startsWith(0x89, 'P', 'N', 'G');
    FileTime written = Files.getLastModifiedTime(trials().get(0).resolve("result.json"));

    CommandLineRun without = compare("softmax", "--resume");

    assertThat(without.status()).as(without.err()).isZero();
    assertThat(without.out()).doesNotContain("recall at");
    assertThat(trials()).hasSize(1);
    assertThat(Files.getLastModifiedTime(trials().get(0).resolve("result.json")))
        .as("what is there is taken")
        .isEqualTo(written);
  }

  private static void assertSelfContained(String page) {
    PageCharts.assertSelfContained(page);
    assertThat(page).doesNotContain("<b>alert");
    assertThat(page).containsPattern("src=\"data:image/png;base64,[A-Za-z0-9+/=]{1000,}\"");
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
    assertThat(StudyFiles.read(out.resolve("partial").resolve("trials.csv")))
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
    List<CSVRecord> rows = StudyFiles.read(out.resolve("results.csv"));
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
    List<CSVRecord> rows = StudyFiles.read(only(out.resolve("comparisons")).resolve("trials.csv"));
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

    List<CSVRecord> rows = StudyFiles.read(file);
    assertThat(rows).hasSize((int) rowsAtClose).allMatch(row -> row.size() == 2);
    assertThat(rows.get(49).get("step")).isEqualTo("50");
  }

  /** A run for each model, and one event file in each, also when it is trained a second time. */
  @Test
  void eventFilesForTensorBoard() throws IOException {
    for (int time = 0; time < 2; time++) {
      CommandLineRun run = compare("softmax,ssmax", "--seeds=3", "--tensorboard");
      assertThat(run.status()).as(run.err()).isZero();
      List<Path> runs = list(out.resolve("tensorboard"));
      assertThat(names(runs)).hasSize(2).containsExactlyInAnyOrderElementsOf(names(trials()));
      for (Path one : runs) {
        assertThat(new String(Files.readAllBytes(only(one)), StandardCharsets.ISO_8859_1))
            .contains("brain.Event:2", "/head1/entropy", "attention/model/entropyMean");
      }
    }
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
    if (Arrays.stream(more).noneMatch(word -> word.equals("--recall"))) {
      words.add("--no-recall");
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
}
