package org.attention4j.internal.attention;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attention4j.internal.threads.Workers;
import org.attention4j.internal.vector.FloatOps;
import org.attention4j.normalizer.Normalizers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Memory grows with the length, not with its square. */
class MemoryTest {
  private static final int SHORT = 509;
  private static final int LONG = 32_768;

  @BeforeEach
  void oneThread() {
    System.setProperty(Workers.PROPERTY, "1");
  }

  @AfterEach
  void restore() {
    System.clearProperty(Workers.PROPERTY);
  }

  static Stream<KernelUnderTest> maps() {
    return Stream.of(
            Normalizers.softmax(),
            Normalizers.adaptiveTemperature(),
            Normalizers.topK(5),
            Normalizers.topKStraightThrough(5, 0.75),
            Normalizers.entmax15(),
            Normalizers.softpick(),
            Normalizers.relu(),
            Normalizers.selfAdjust())
        .map(KernelUnderTest::of);
  }

  /** Twice the length asks for twice the memory, four times as much with a matrix of weights. */
  @ParameterizedTest
  @MethodSource("maps")
  void growsWithTheLength(KernelUnderTest map) {
    assumeTrue(
        !FloatOps.VECTORS,
        "Vectors are objects, and counted, until the compiler has been at the loops.");
    // The first call also makes what later ones use again.
    long first = LongContext.allocatedBytes(map.kernel(), 4 * SHORT);
    long half = LongContext.allocatedBytes(map.kernel(), 2 * SHORT);
    long whole = LongContext.allocatedBytes(map.kernel(), 4 * SHORT);
    long matrix = 4L * (4 * SHORT) * (4 * SHORT);
    assertThat(first).isLessThan(matrix / 2);
    assertThat((double) whole / half).isLessThan(2.6);
  }

  /** The matrix would have 4 GiB; this has room for half of one. */
  @Tag("slow")
  @Test
  @Timeout(value = 5, unit = MINUTES, threadMode = SEPARATE_THREAD)
  void longContextInTwoGibibytes() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.add("-Xmx2g");
    if (FloatOps.VECTORS) {
      command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    }
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            LongContext.class.getName(),
            Integer.toString(LONG)));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    if (FloatOps.VECTORS) {
      return;
    }
    long[] allocated =
        printed.lines().filter(line -> line.matches("\\d+")).mapToLong(Long::parseLong).toArray();
    assertThat(allocated).hasSize(2);
    for (long bytes : allocated) {
      assertThat(bytes).isLessThan(4L * LONG * LONG / 20);
    }
  }
}
