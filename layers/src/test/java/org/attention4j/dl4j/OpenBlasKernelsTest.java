package org.attention4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.factory.Nd4j;

class OpenBlasKernelsTest {
  private static final String VARIABLE = "OPENBLAS_CORETYPE";
  private static final Path PROCESSOR = Path.of("/proc/cpuinfo");

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "PRESCOTT, flags: fma avx avx2, true",
    "SANDYBRIDGE, flags: fma avx avx2, true",
    "HASWELL, flags: fma avx avx2, false",
    "ZEN, flags: fma avx avx2, false",
    "SKYLAKEX, flags: avx2 avx512f, false",
    "NEHALEM, flags: sse4_2 avx, false",
    "NEHALEM, '', false"
  })
  void onlyKernelsThatLeaveSpeedUnusedAreAComplaint(
      String kernels, String processor, boolean complains) {
    assertThat(OpenBlasKernels.complaint(kernels, processor).isPresent()).isEqualTo(complains);
    OpenBlasKernels.complaint(kernels, processor)
        .ifPresent(text -> assertThat(text).contains(kernels, VARIABLE + "=Haswell"));
  }

  /** Starts the backend and says what OpenBLAS has chosen. */
  static final class Choice {
    private Choice() {}

    public static void main(String[] arguments) {
      Nd4j.create(1);
      OpenBlasKernels.check();
      OpenBlasKernels.check();
      System.out.println("chosen: " + OpenBlasKernels.chosen().orElse("unknown"));
    }
  }

  @ParameterizedTest
  @CsvSource({"Nehalem, NEHALEM, 1", "Haswell, HASWELL, 0"})
  @Timeout(value = 2, unit = TimeUnit.MINUTES)
  void whatTheVariableAsksForIsSeenAndSaidOnce(String asked, String chosen, int complaints)
      throws Exception {
    assumeTrue(
        Files.isReadable(PROCESSOR) && Files.readString(PROCESSOR).contains("avx2"),
        "needs an x86 processor with AVX2 under Linux");
    Nd4j.create(1);
    assumeTrue(OpenBlasKernels.chosen().isPresent(), "needs a backend with OpenBLAS");
    Path log = folder.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Choice.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put(VARIABLE, asked);
    Process process = builder.start();
    assertThat(process.waitFor(110, TimeUnit.SECONDS)).isTrue();
    String text = Files.readString(log);
    assertThat(text).contains("chosen: " + chosen);
    assertThat(text.lines().filter(line -> line.contains(VARIABLE + "=Haswell")))
        .hasSize(complaints);
  }
}
