package org.attention4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VectorModuleTest {
  @ParameterizedTest
  @CsvSource({
    "'WARNING: Using incubator modules: jdk.incubator.vector\nno.\n', 'no.\n'",
    "'no.\n', 'no.\n'",
    "'\r 10 %\r 20 %', '\r 10 %\r 20 %'",
    "'', ''"
  })
  void onlyTheWarningIsHeldBack(String said, String heard) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    VectorModule.pass(
        new ByteArrayInputStream(said.getBytes(Charset.defaultCharset())),
        new PrintStream(out, true));

    assertThat(out.toString(Charset.defaultCharset()).replace("\r", "").strip())
        .isEqualTo(heard.replace("\r", "").strip());
  }

  @Test
  void theOtherJvmHasTheModuleAndStartsNoThird() {
    assertThat(VectorModule.command(Main.class, List.of("compare", "--text", "a b")))
        .containsSubsequence(
            "--add-modules",
            "jdk.incubator.vector",
            "-Dattention4j.relaunch=false",
            "-cp",
            Main.class.getName(),
            "compare",
            "--text",
            "a b");
  }
}
