package org.attention4j.examples.characters;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attention4j.examples.CommandLineRun;
import org.attention4j.pretrained.Pretrained;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CharactersCommandTest {
  @TempDir private Path folder;

  private Path text(int repetitions) throws IOException {
    return Files.writeString(
        folder.resolve("text.txt"), "a line that is told again and again, ".repeat(repetitions));
  }

  @Test
  void writesAFolderThatPretrainedReadsWithTheSameLoss() throws IOException {
    Path out = folder.resolve("model");
    Path text = text(100);

    CommandLineRun run =
        CommandLineRun.of(
            "characters", "--steps=25", "--threads=1", "--text=" + text, "--out=" + out);

    assertThat(run.err()).doesNotContain("Exception");
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("828800 parameters, 25 steps").contains("The Commission ");
    Pretrained model = Pretrained.load(out);
    assertThat(model.description().family()).isEqualTo("llama");
    assertThat(model.tokenizerFiles()).containsExactly(out.resolve("tokenizer.json"));

    // Guessing costs log2 97 = 6.6 bits; here one line is told again and again.
    assertThat(number(run.out(), "Validation: ([0-9.]+) bits")).isLessThan(2);
    CommandLineRun judged =
        CommandLineRun.of(
            "pretrained", "--threads=1", "--model=" + out, "--text=" + text, "--context=128");
    assertThat(judged.status()).isZero();
    double perplexity = number(judged.out(), "Perplexity at context 128: ([0-9.]+)");
    assertThat(Math.log(perplexity) / Math.log(2)).isLessThan(2);
  }

  private static double number(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return Double.parseDouble(matcher.group(1));
  }

  @Test
  void whatCannotBeUsedIsNamed() throws IOException {
    assertRefused("--steps is 0 but must be at least 1.", "--steps=0");
    assertRefused("--threads is -3 but must be at least 1.", "--threads=-3");
    assertRefused(
        "--text leaves 11 characters for training or validation but must leave at least 129.",
        "--text=" + text(3));
  }

  private static void assertRefused(String sentence, String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "characters";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    CommandLineRun run = CommandLineRun.of(all);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).isEqualToIgnoringNewLines(sentence);
  }
}
