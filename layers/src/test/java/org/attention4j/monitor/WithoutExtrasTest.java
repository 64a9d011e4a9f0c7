package org.attention4j.monitor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The library without its optional dependencies, in a JVM of its own. */
@Tag("slow")
final class WithoutExtrasTest {
  private static final List<String> EXTRAS =
      List.of(
          "deeplearning4j-core",
          "deeplearning4j-vertx",
          "deeplearning4j-ui",
          "vertx",
          "netty",
          "echarts",
          "mapdb");

  @Test
  @Timeout(value = 5, unit = MINUTES, threadMode = SEPARATE_THREAD)
  void theMonitorRuns() throws IOException, InterruptedException {
    List<String> all =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator)).toList();
    String without =
        all.stream()
            .filter(entry -> !isExtra(entry))
            .collect(Collectors.joining(File.pathSeparator));
    assertThat(all.stream().filter(WithoutExtrasTest::isExtra)).hasSizeGreaterThan(6);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp",
                without,
                WithoutExtras.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("2 records").doesNotContain("NoClassDefFoundError");
  }

  private static boolean isExtra(String entry) {
    String file = Path.of(entry).getFileName().toString();
    return EXTRAS.stream().anyMatch(file::startsWith);
  }
}
