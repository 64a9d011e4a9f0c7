package org.attention4j.bench.compare;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openjdk.jmh.annotations.Param;

/**
 * A vector is an object that compiled code keeps in a register. Where the compiler fails to, after
 * it has seen other uses of the same code, each operation allocates one, and a pass takes many
 * times as long. The bytes show that without a clock.
 */
class KernelHistoryTest {
  private static final List<String> NORMALIZERS = normalizers();

  private static final long MEBIBYTE = 1 << 20;

  /** Those of the benchmark. */
  private static List<String> normalizers() {
    try {
      return List.of(
          HistoryBenchmark.class.getField("normalizer").getAnnotation(Param.class).value());
    } catch (NoSuchFieldException e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, Long> allocations(History history)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx2g",
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                KernelAllocations.class.getName(),
                history.name()));
    command.addAll(NORMALIZERS);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    Map<String, Long> bytes = new HashMap<>();
    printed
        .lines()
        .map(line -> line.split(": ", -1))
        .filter(words -> words.length == 2 && NORMALIZERS.contains(words[0]))
        .forEach(words -> bytes.put(words[0], Long.parseLong(words[1])));
    assertThat(bytes).as(printed).hasSameSizeAs(NORMALIZERS);
    return bytes;
  }

  @Tag("slow")
  @Test
  @Timeout(value = 10, unit = MINUTES, threadMode = SEPARATE_THREAD)
  void vectorsStayInRegistersAfterAMixedHistory() throws IOException, InterruptedException {
    Map<String, Long> clean = allocations(History.CLEAN);
    Map<String, Long> mixed = allocations(History.MIXED);
    // What a pass keeps for its gradients is the same; a vector for each of the 17 features of each
    // of the 7 · 509² scores would be gigabytes.
    for (String normalizer : NORMALIZERS) {
      assertThat(mixed.get(normalizer))
          .as("bytes of a pass of %s, %d in a new JVM", normalizer, clean.get(normalizer))
          .isLessThan(2 * clean.get(normalizer) + MEBIBYTE);
    }
  }
}
