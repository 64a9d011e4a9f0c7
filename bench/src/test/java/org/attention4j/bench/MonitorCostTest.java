package org.attention4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MonitorCostTest extends CommandTest {
  @Override
  int execute(PrintWriter results, PrintWriter messages, String... arguments) {
    return MonitorCost.execute(results, messages, arguments);
  }

  @ParameterizedTest
  @CsvSource({
    "--steps=0, --steps is 0 but must be at least 1.",
    "--pairs=1, --pairs is 1 but must be at least 2.",
    "--heads=5, '--features is 64 but must be a multiple of --heads, 5.'",
    "--fast, Unknown option: '--fast'"
  })
  void badArgumentsGetOneSentence(String argument, String sentence) {
    assertRefused(argument, sentence);
  }

  @Test
  void outMustNotBeADirectory(@TempDir Path directory) {
    assertThat(execute("--out", directory.toString())).isEqualTo(2);
    assertThat(messages.toString().lines())
        .containsExactly("--out is %s, which is a directory.".formatted(directory));
  }

  @Test
  void anUnknownNormalizer() {
    assertThat(execute("--normalizer", "{\"type\":\"hardmax\"}")).isEqualTo(2);
    assertThat(messages.toString()).startsWith("--normalizer is no normalizer: ");
  }

  @Test
  void helpNamesTheOptions() {
    assertThat(execute("--help")).isZero();
    assertThat(results.toString())
        .contains("--quick", "--pairs=N", "--normalizer=JSON", "--out=FILE");
  }
}
