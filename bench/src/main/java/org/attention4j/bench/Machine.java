package org.attention4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.attention4j.bench.compare.PyTorch;
import org.attention4j.internal.threads.Workers;
import org.nd4j.linalg.factory.Nd4j;

/** Where and with what the numbers come about. */
final class Machine {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final String MODEL = "model name";

  private static final String BLAS = "blas.vendor";

  private Machine() {}

  /** One line each for the machine, the JVM and what takes part. */
  static List<String> describe(Optional<String> pytorch) {
    return List.of(
        "MACHINE cpu=\"%s\" processors=%d os=\"%s %s\""
            .formatted(
                processor(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.arch")),
        "JVM version=%s name=\"%s\" vectors=%s"
            .formatted(
                Runtime.version(), System.getProperty("java.vm.name"), ChildJvm.hasVectors()),
        "THREADS ours=%d pytorch=%s nd4j=%d"
            .formatted(
                Workers.limit(),
                pytorch.isPresent() ? PyTorch.threads() : "none",
                Nd4j.getEnvironment().maxThreads()),
        "PEERS pytorch=%s nd4j_blas=%s"
            .formatted(
                pytorch.orElse("none"),
                Nd4j.getExecutioner().getEnvironmentInformation().get(BLAS)));
  }

  private static String processor() {
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines
          .filter(line -> line.startsWith(MODEL))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }
}
