package org.attention4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import org.attention4j.bench.model.Decoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerationSpeedTest extends CommandTest {
  @Override
  int execute(PrintWriter results, PrintWriter messages, String... arguments) {
    return GenerationSpeed.execute(results, messages, arguments);
  }

  @ParameterizedTest
  @CsvSource({
    "--threads=0, --threads is 0 but must be at least 1.",
    "'--contexts=5,0', --contexts is 0 but must be at least 1.",
    "--fast, Unknown option: '--fast'"
  })
  void badArgumentsGetOneSentence(String argument, String sentence) {
    assertRefused(argument, sentence);
  }

  @Test
  void helpNamesTheOptions() {
    assertThat(execute("--help")).isZero();
    assertThat(results.toString()).contains("--quick", "--contexts=N", "--threads=N");
  }

  @Test
  void aLineHasBothSpeeds() {
    assertThat(GenerationSpeed.line(Decoder.small(), 19, 1))
        .matches(
            "GENERATE context=19 kept_tokens_per_s=\\d+\\.\\d whole_tokens_per_s=\\d+\\.\\d"
                + " ratio=\\d+\\.\\d\\d");
  }
}
