package org.attention4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparsityCurveTest extends CommandTest {
  @Override
  int execute(PrintWriter results, PrintWriter messages, String... arguments) {
    return SparsityCurve.execute(results, messages, arguments);
  }

  @ParameterizedTest
  @CsvSource({
    "--length=0, --length is 0 but must be at least 1.",
    "--fast, Unknown option: '--fast'"
  })
  void badArgumentsGetOneSentence(String argument, String sentence) {
    assertRefused(argument, sentence);
  }

  @Test
  void outMustNotBeAFile(@TempDir Path directory) throws IOException {
    Path file = Files.createFile(directory.resolve("taken"));
    assertThat(execute("--out", file.toString())).isEqualTo(2);
    assertThat(messages.toString().lines())
        .containsExactly("--out is %s, which is no directory.".formatted(file));
  }

  @Test
  void helpNamesTheOptions() {
    assertThat(execute("--help")).isZero();
    assertThat(results.toString()).contains("--quick", "--length=L", "--out=DIR");
  }
}
