package org.attention4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
  @TempDir Path directory;

  @Test
  void aTinyComparisonLeavesTableAndFiles() throws IOException {
    Path text = directory.resolve("<script>alert(1)</script>.txt".replace("/", "_"));
    Files.writeString(text, "The quick brown fox jumps over the lazy dog. ".repeat(60));
    Path out = directory.resolve("out");

    CommandLineRun run =
        CommandLineRun.of(
            "compare",
            "--text=" + text,
            "--out=" + out,
            "--normalizers=softmax,ssmax",
            "--steps=3",
            "--context=16",
            "--batch=2",
            "--width=8",
            "--heads=2");

    assertThat(run.status()).as(run.err()).isZero();
    List<String> lines = run.out().lines().toList();
    assertThat(lines).hasSize(5);
    assertThat(lines.get(0)).startsWith("normalizer").contains("bits/char", "effective tokens");
    assertThat(lines.get(1)).matches("softmax +\\d\\.\\d{3} +\\d\\.\\d{3} +\\d+\\.\\d .*");
    assertThat(lines.get(2)).startsWith("ssmax ");
    assertThat(lines.get(3)).matches("unigram entropy of the text: \\d\\.\\d{3} bits/char");
    assertThat(lines.get(4)).isEqualTo("report: " + out.resolve("report.html"));
    assertThat(out)
        .isDirectoryContaining("glob:**/losses.png")
        .isDirectoryNotContaining("glob:**/*.tmp");
    assertThat(read(out.resolve("losses.csv"))).hasSize(6);
    assertThat(read(out.resolve("results.csv")))
        .extracting(row -> row.get("normalizer"))
        .containsExactly("softmax", "ssmax");
    assertThat(read(out.resolve("attention.csv"))).hasSize(2 * Settings.BLOCKS * 2);
    assertThat(Files.readAllBytes(out.resolve("losses.png"))).startsWith(0x89, 'P', 'N', 'G');
    assertSelfContained(Files.readString(out.resolve("report.html")));
  }

  private static void assertSelfContained(String page) {
    assertThat(page).doesNotContain("<script", "http://", "https://", "url(", "${");
    assertThat(page).doesNotContainPattern("href=\"(?!#)");
    assertThat(page).containsPattern("src=\"data:image/png;base64,[A-Za-z0-9+/=]{1000,}\"");
    assertThat(page).doesNotContainPattern("(src|srcset)=\"(?!data:image/png)");
    assertThat(page).contains("&lt;script&gt;", "prefers-color-scheme: dark", "--steps=3");
  }

  @Test
  void afterAFailureTheLossesAreReadable() throws IOException {
    Files.writeString(directory.resolve("report.html"), "an earlier run's");
    Settings settings = new Settings(16, 3, 2, 8, 2, 1);
    Corpus corpus = Corpus.of("text", List.of("some words to learn from, again and ".repeat(20)));
    Comparison comparison =
        new Comparison(settings, corpus, directory, new PrintWriter(new StringWriter()));
    Normalizer broken =
        (sd, scores, context) -> {
          throw new IllegalStateException("the cat is on the keyboard");
        };

    assertThatThrownBy(
            () ->
                comparison.run(
                    List.of(
                        new NamedNormalizer("softmax", Normalizers.softmax()),
                        new NamedNormalizer("broken", broken))))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("the cat is on the keyboard")
        .hasMessageContaining("The 3 losses so far are in " + directory.resolve("losses.csv"));

    List<CSVRecord> rows = read(directory.resolve("losses.csv"));
    assertThat(rows).extracting(row -> row.get("step")).containsExactly("1", "2", "3");
    assertThat(read(directory.resolve("results.csv"))).hasSize(1);
    assertThat(directory.resolve("report.html")).doesNotExist();
  }

  @Test
  void aClosedLogKeepsWholeRowsWhateverStillComes() throws Exception {
    Path file = directory.resolve("losses.csv");
    LossLog log = new LossLog(file);
    Thread trainer =
        new Thread(
            () -> {
              for (int step = 1; step <= 20_000; step++) {
                log.add("a, \"quoted\" name", step, 1.25);
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
    assertThat(rows).hasSize((int) rowsAtClose).allMatch(row -> row.size() == 3);
    assertThat(rows.get(49).get("normalizer")).isEqualTo("a, \"quoted\" name");
    assertThat(rows.get(49).get("step")).isEqualTo("50");
  }

  @Test
  void smoothingAveragesTheWindowBefore() {
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      values.add((double) i);
    }

    assertThat(Smoothing.smooth(values)).startsWith(0.0, 0.5, 1.5).endsWith(38.5).hasSize(40);
  }

  @Test
  void theCommandInTheReportCanBeRunAgain() {
    assertThat(RunInfo.commandLine(List.of("compare", "--text", "it's mine.txt")))
        .isEqualTo("java -jar attention4j-examples.jar compare --text 'it'\\''s mine.txt'");
  }

  private static List<CSVRecord> read(Path file) throws IOException {
    CSVFormat format = CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).get();
    try (CSVParser parser = CSVParser.parse(file, StandardCharsets.UTF_8, format)) {
      return parser.getRecords();
    }
  }
}
