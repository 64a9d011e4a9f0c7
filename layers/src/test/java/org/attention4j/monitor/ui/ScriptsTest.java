package org.attention4j.monitor.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the page's scripts must not do, whatever they do else. */
final class ScriptsTest {
  private static final Path SCRIPTS =
      Path.of("src", "main", "resources", "org", "attention4j", "monitor", "ui");

  /**
   * Spread arguments go on the stack, which holds some 100,000: one more snapshot is one too many.
   */
  private static final Pattern SPREAD =
      Pattern.compile(
          "(Math\\.\\w+|fromCharCode|\\.(push|unshift|splice|concat|replaceChildren|append|prepend|apply))"
              + "\\(([^(){}\\[\\]]*,\\s*)?\\.\\.\\.(?!children\\))");

  @Test
  void noArrayIsSpreadIntoArguments() throws IOException {
    assertThat("Math.max(0, ...points.map((p) => p))").containsPattern(SPREAD);
    assertThat("all.push(...more)").containsPattern(SPREAD);
    try (Stream<Path> files = Files.list(SCRIPTS)) {
      List<Path> scripts = files.filter(file -> file.toString().endsWith(".js")).toList();
      assertThat(scripts).hasSizeGreaterThan(5);
      for (Path script : scripts) {
        assertThat(Files.readString(script)).as("%s", script).doesNotContainPattern(SPREAD);
      }
    }
  }
}
