package org.attention4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
            "--seeds=7,11",
            "--text=a: b.txt",
            "--quick");

    assertThat(printed.status()).as(printed.err()).isZero();
    assertThat(printed.err()).isEmpty();
    assertThat(printed.out()).contains("context: 32", "monitor-every: 10", "- 7", "a: b.txt");
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
        "stepz: 3 | there is no setting 'stepz'; known are batch, context, heads, monitor-every,"
            + " normalizers, seeds, steps, text, width.",
        "steps: many | 'steps' is 'many' but must be a whole number.",
        "steps: 2.5 | 'steps'",
        "seeds: [1, x] | 'seeds' is 'x' but must be a whole number.",
        "steps: 0 | --steps is 0 but must be at least 1.",
        "seeds: [] | --seeds names no seed but must name at least one.",
        "'seeds: [1, 1]' | --seeds is [1, 1] but must not name a seed twice.",
        "normalizers: [] | --normalizers names no normalizer but must name at least one.",
        "'[1, 2]' | holds no settings, which are lines such as 'steps: 300'.",
        "'steps: [' | is not YAML, line",
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

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> ExperimentFile.read(directory.resolve("absent.yaml")))
        .isInstanceOf(BadArgument.class)
        .hasMessageStartingWith("--config ")
        .hasMessageEndingWith("absent.yaml is not a file.");
  }
}
