package org.attention4j.examples.compare;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attention4j.examples.CommandLineRun;
import org.attention4j.examples.support.BadArgument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ExperimentFileTest {
  @TempDir Path directory;

  private Path file(String yaml) throws IOException {
    return Files.writeString(directory.resolve("experiment.yaml"), yaml);
  }

  @Test
  void whatIsPrintedCanBeFedBack() throws IOException {
    CommandLineRun printed =
        CommandLineRun.of(
            "compare",
            "--print-config",
            "--normalizers=softmax,{\"type\":\"top-k\",\"k\":3}",
            "--attention=window=11,gate",
            "--seeds=7,11",
            "--text=a: b.txt",
            "--quick");

    assertThat(printed.status()).as(printed.err()).isZero();
    assertThat(printed.err()).isEmpty();
    assertThat(printed.out())
        .contains("context: 64", "monitor-every: 50", "- 7", "a: b.txt", "- window=11");
    CommandLineRun again =
        CommandLineRun.of("compare", "--print-config", "--config=" + file(printed.out()));
    assertThat(again).isEqualTo(printed);
  }

  @Test
  void optionsComeBeforeTheFileAndTheFileBeforeDefaults() throws IOException {
    Path file = file("steps: 17\nwidth: 24\nseeds: 4\nnormalizers: [softmax, {type: top-k, k: 2}]");

    CommandLineRun run =
        CommandLineRun.of("compare", "--print-config", "--config=" + file, "--steps=19");

    assertThat(run.out())
        .contains("steps: 19", "width: 24", "context: 128", "seeds:\n- 4\ncontext", "\\\"k\\\":2");
  }

  @Test
  void anEmptyFileSaysNothing() throws IOException {
    CommandLineRun run =
        CommandLineRun.of("compare", "--print-config", "--config=" + file("# later\n"));

    assertThat(run).isEqualTo(CommandLineRun.of("compare", "--print-config"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "stepz: 3 | there is no setting 'stepz'; known are attention, batch, context, heads,"
            + " monitor-every, normalizers, recall, seeds, steps, text, width.",
        "steps: many | 'steps' is 'many' but must be a whole number.",
        "steps: 2.5 | 'steps' is '2.5' but must be a whole number.",
        "text: [a] | 'text' must be a text.",
        "'seeds: [1, null]' | --seeds has an empty entry but must name whole numbers only.",
        "seeds: {a: 1} | 'seeds' must be a list of whole numbers.",
        "seeds: [1, x] | 'seeds' is 'x' but must be a whole number.",
        "steps: 0 | --steps is 0 but must be at least 1.",
        "seeds: [] | --seeds names no seed but must name at least one.",
        "'seeds: [1, 1]' | --seeds is [1, 1] but must not name a seed twice.",
        "normalizers: [] | --normalizers names no normalizer but must name at least one.",
        "'[1, 2]' | holds no settings, which are lines such as 'steps: 300'.",
        "'steps: [' | is not YAML, line",
        "attention: gate=half | The option 'gate=half' of the attention must be gate,",
        "'attention: [gate, window]' | The option 'window' of the attention needs a whole number",
        "monitor-every: 0 | --monitor-every is 0 but must be at least 1."
      })
  void badValuesGetOneSentence(String yaml, String sentence) throws IOException {
    String plain = yaml.startsWith("'") ? yaml.substring(1, yaml.length() - 1) : yaml;

    CommandLineRun run = CommandLineRun.of("compare", "--config=" + file(plain));

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains(sentence).doesNotContain("Exception", "fasterxml");
  }

  @Test
  void aKeyThatStandsThereTwiceIsAnError() throws IOException {
    CommandLineRun run = CommandLineRun.of("compare", "--config=" + file("steps: 3\nsteps: 4\n"));

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains("steps");
  }

  static Stream<String> hostileFiles() {
    String digits = "7".repeat(50_001);
    return Stream.of(
        "[".repeat(50_000),
        "{".repeat(50_000),
        "a:\n" + IntStream.range(1, 400).mapToObj(i -> " ".repeat(i) + "a:\n").collect(joining()),
        "steps: " + "[".repeat(20_000) + "]".repeat(20_000),
        "normalizers: " + "[".repeat(900) + "]".repeat(900),
        "normalizers: " + "{a: ".repeat(900) + "1" + "}".repeat(900),
        "normalizers: [{type: log-n, trainLength: " + digits + "}]",
        "normalizers: [\"" + digits + "\"]",
        "steps: " + digits,
        "steps: 0." + digits,
        "steps: 1e" + digits,
        "seeds: [" + digits + "]",
        digits + ": 1",
        "text: " + digits,
        "steps: \"" + digits + "\"",
        "text: \"a\\0b\"",
        "? - ? -",
        "steps: !!java.lang.Runtime {}",
        "a: &a [*a]",
        "\u0007: [",
        "x".repeat(9_000_000));
  }

  @ParameterizedTest
  @MethodSource("hostileFiles")
  @Timeout(60)
  void hostileFilesGetOneShortSentence(String yaml) throws IOException {
    Path file = file(yaml);
    CommandLineRun run =
        CommandLineRun.of("compare", "--config=" + file, "--out=" + directory.resolve("out"));

    assertThat(run.status()).as(run.err()).isEqualTo(2);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err())
        .doesNotContain("Exception", "fasterxml", "StreamRead", "7".repeat(101))
        .hasSizeLessThan(1000);
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> ExperimentFile.read(directory.resolve("absent.yaml")))
        .isInstanceOf(BadArgument.class)
        .hasMessageStartingWith("--config ")
        .hasMessageEndingWith("absent.yaml is not a file.");
  }
}
