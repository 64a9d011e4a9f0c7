package org.attention4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparsityCurveTest {
  private final StringWriter results = new StringWriter();
  private final StringWriter messages = new StringWriter();

  private int execute(String... arguments) {
    return SparsityCurve.execute(
        new PrintWriter(results, true), new PrintWriter(messages, true), arguments);
  }

  @ParameterizedTest
  @CsvSource({
    "--length=0, --length is 0 but must be at least 1.",
    "--fast, Unknown option: '--fast'"
  })
  void badArgumentsGetOneSentence(String argument, String sentence) {
    assertThat(execute(argument)).isEqualTo(2);
    assertThat(messages.toString().lines()).containsExactly(sentence);
    assertThat(results.toString()).isEmpty();
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
