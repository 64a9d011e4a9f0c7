package org.attention4j.examples.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RunInfoTest {
  @Test
  void theCommandInTheReportCanBeRunAgain() {
    assertThat(RunInfo.commandLine(List.of("compare", "--text", "it's mine.txt")))
        .isEqualTo("java -jar attention4j-examples.jar compare --text 'it'\\''s mine.txt'");
  }
}
