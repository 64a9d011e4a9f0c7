package org.attention4j.examples.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attention4j.examples.CommandLineRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code pretrained --model characters --normalizer}. */
class NormalizerReportTest {
  @TempDir private Path folder;

  private static List<String> row(CommandLineRun run, String label) {
    String line =
        run.out().lines().filter(each -> each.startsWith(label + " ")).findFirst().orElse("none");
    return List.of(line.substring(Math.min(line.length(), label.length())).strip().split(" +"));
  }

  @Test
  void rowsThatMustBeThoseOfSoftmaxAre() throws IOException {
    Path text =
        Files.writeString(
            folder.resolve("text.txt"),
            "The Commission has proposed that the Council should decide on this matter. "
                .repeat(24));

    CommandLineRun run =
        CommandLineRun.of(
            "pretrained",
            "--threads=1",
            "--model=characters",
            "--text=" + text,
            "--normalizer=log-n:128,ssmax",
            "--tune=2",
            "--times=1,2",
            "--window=256");

    assertThat(run.err()).doesNotContain("Exception");
    assertThat(run.status()).isZero();
    List<String> softmax = row(run, "softmax");
    assertThat(row(run, "Perplexity at context")).containsExactly("128", "256");
    assertThat(softmax).hasSize(2);
    // A window of 256 hides nothing at 256, and log-n:128 is softmax up to 128 keys.
    assertThat(row(run, "softmax, window 256")).isEqualTo(softmax);
    assertThat(row(run, "log-n:128").get(0)).isEqualTo(softmax.get(0));
    assertThat(row(run, "log-n:128").get(1)).isNotEqualTo(softmax.get(1));
    assertThat(row(run, "ssmax")).isNotEqualTo(softmax).hasSize(2);
    assertThat(row(run, "ssmax, tuned")).isNotEqualTo(row(run, "ssmax")).hasSize(2);
  }

  /** Learned T, α, and β with γ: each has names of its own for the parameters of a layer. */
  @Test
  void everyLearnedParameterIsTuned() throws IOException {
    Path text =
        Files.writeString(
            folder.resolve("text.txt"), "The Council has not yet decided on this. ".repeat(13));
    List<String> normalizers =
        List.of(
            "{\"type\":\"softmax\",\"temperature\":0.5,\"learnable\":true}",
            "{\"type\":\"entmax\",\"alpha\":1.5,\"learnable\":true}",
            "asentmax:1.5");

    CommandLineRun run =
        CommandLineRun.of(
            "pretrained",
            "--threads=1",
            "--model=characters",
            "--text=" + text,
            "--context=31",
            "--normalizer=" + String.join(",", normalizers),
            "--tune=3");

    assertThat(run.status()).as(run.err()).isZero();
    for (String normalizer : normalizers) {
      List<String> before = row(run, normalizer);
      assertThat(before).as(normalizer).hasSize(1);
      assertThat(row(run, normalizer + ", tuned")).hasSize(1).isNotEqualTo(before);
    }
  }

  private static void assertRefused(String sentence, String... arguments) {
    CommandLineRun run = CommandLineRun.of(arguments);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).isEqualToIgnoringNewLines(sentence);
  }

  @Test
  void whatCannotBeUsedIsNamed() throws IOException {
    assertRefused("--tune needs --normalizer.", "pretrained", "--tune=3");
    assertRefused(
        "--window needs --model and --normalizer.",
        "pretrained",
        "--model=characters",
        "--window=3");
    assertRefused(
        "--model quux is not a folder, nor characters, the model of the program.",
        "pretrained",
        "--model=quux");
    assertRefused(
        "--time does not go with --normalizer.", "pretrained", "--time", "--normalizer=sink");
    assertRefused(
        "--times asks for 1152 tokens but the model takes at most 1024.",
        "pretrained",
        "--model=characters",
        "--normalizer=sink",
        "--times=9");
  }
}
