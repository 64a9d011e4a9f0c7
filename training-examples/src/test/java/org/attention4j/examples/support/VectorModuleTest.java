package org.attention4j.examples.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.attention4j.examples.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SuppressWarnings("StringConcatToTextBlock") // one case a line
class VectorModuleTest {
  @ParameterizedTest
  @CsvSource({
    "'WARNING: Using incubator modules: jdk.incubator.vector\nno.\n', 'no.\n'",
    "'WARNING: Using incubator modules: jdk.incubator.vector\r\nno.\n', 'no.\n'",
    "'WARNING: Using incubator modules: jdk.incubator.vector', ''",
    "'NOTE: Picked up JDK_JAVA_OPTIONS: -Xmx1g\n"
        + "WARNING: Using incubator modules: jdk.incubator.vector\n"
        + "no', 'no'",
    "'WARNING: no.\n', 'WARNING: no.\n'",
    "'WARN', 'WARN'",
    "'no.\n', 'no.\n'",
    "'\r 10 %\r 20 %', '\r 10 %\r 20 %'",
    "'\u00b1', '\u00b1'",
    "'', ''"
  })
  void onlyTheWarningIsHeldBack(String said, String heard) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    VectorModule.pass(new ByteArrayInputStream(said.getBytes(StandardCharsets.UTF_8)), out);

    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(heard);
  }

  @Test
  void whatANewJvmWouldWarnOfIsAllowedUnlessTheUserDecided() {
    assertThat(VectorModule.silencers(17, List.of())).isEmpty();
    assertThat(VectorModule.silencers(23, List.of())).isEmpty();
    assertThat(VectorModule.silencers(25, List.of("-Xmx2g")))
        .containsExactly(
            "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
    assertThat(VectorModule.silencers(25, List.of("--sun-misc-unsafe-memory-access=debug")))
        .containsExactly("--enable-native-access=ALL-UNNAMED");
  }

  @Test
  void theOtherJvmHasTheModuleAndStartsNoThird() {
    assertThat(VectorModule.command(Main.class, List.of(), List.of("compare", "--text", "a b")))
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
