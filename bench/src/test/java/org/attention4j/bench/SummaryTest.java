package org.attention4j.bench;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attention4j.bench.compare.PyTorch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

class SummaryTest extends CommandTest {
  @Override
  int execute(PrintWriter results, PrintWriter messages, String... arguments) {
    return Summary.execute(results, messages, arguments);
  }

  @ParameterizedTest
  @CsvSource({
    "--threads=0, --threads is 0 but must be at least 1.",
    "--threads=two, 'Invalid value for option ''--threads'': ''two'' is not an int'",
    "--fast, Unknown option: '--fast'",
    "--only=DISK, 'Invalid value for option ''--only'' (PART): expected one of [KERNEL, LAYER,"
        + " HISTORY, MODEL, MINILM] (case-sensitive) but was ''DISK'''"
  })
  void badArgumentsGetOneSentence(String argument, String sentence) {
    assertRefused(argument, sentence);
  }

  @Test
  void outMustNotBeAFile(@TempDir Path directory) throws IOException {
    Path file = Files.createFile(directory.resolve("taken"));
    assertThat(execute("--quick", "--out", file.toString())).isEqualTo(2);
    assertThat(messages.toString().lines())
        .containsExactly("--out is %s, which is no directory.".formatted(file));
  }

  @Test
  void helpNamesTheOptions() {
    assertThat(execute("--help")).isZero();
    assertThat(results.toString()).contains("--quick", "--out=DIR", "--only=PART", "--threads=N");
  }

  @Test
  void childGetsWhatTheNumbersNeed() {
    List<String> command = ChildJvm.command(Summary.class, 3, 1009, List.of("--quick"));
    assertThat(command)
        .containsSubsequence("--add-modules", "jdk.incubator.vector")
        .contains("-Xmx1009m", "-XX:+UseG1GC")
        .contains(
            "-Dai.djl.offline=true",
            "-Dorg.attention4j.threads=3",
            "-Dai.djl.pytorch.num_threads=3")
        .endsWith("org.attention4j.bench.Summary", "--quick");
  }

  @Test
  @Timeout(value = 2, unit = MINUTES, threadMode = SEPARATE_THREAD)
  void childEndsWithItsOwnStatus() throws IOException, InterruptedException {
    assertThat(ChildJvm.run(Summary.class, 1, List.of("--threads", "0"))).isEqualTo(2);
  }

  @Test
  @Timeout(value = 2, unit = MINUTES, threadMode = SEPARATE_THREAD)
  void childsLinesAreRead() throws IOException, InterruptedException {
    List<String> lines = new ArrayList<>();
    int status = ChildJvm.read(Summary.class, 1, Map.of(), lines::add, List.of("--version"));
    assertThat(status).isZero();
    assertThat(lines).isEqualTo(results("--version"));
  }

  /** Prints a character that few character sets of terminals have. */
  @Command
  static final class Alpha implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      spec.commandLine().getOut().println("\u03b1 \u00b1 0");
      return 0;
    }

    public static void main(String[] arguments) {
      Summary.runAndExit(new Alpha(), arguments);
    }
  }

  @Test
  @Timeout(value = 2, unit = MINUTES, threadMode = SEPARATE_THREAD)
  void childsLinesAreReadInTheCharacterSetThatItWrites() throws IOException, InterruptedException {
    List<String> lines = new ArrayList<>();
    int status = ChildJvm.read(Alpha.class, 1, Map.of(), lines::add, List.of());
    assertThat(status).isZero();
    assertThat(lines).containsExactly("\u03b1 \u00b1 0");
  }

  /** Prints what it finds in its environment. */
  static final class Environment {
    private Environment() {}

    public static void main(String[] names) {
      for (String name : names) {
        System.out.println(System.getenv(name));
      }
    }
  }

  @Test
  @Timeout(value = 2, unit = MINUTES, threadMode = SEPARATE_THREAD)
  void childGetsVariablesThatAreNotSet() throws IOException, InterruptedException {
    List<String> lines = new ArrayList<>();
    Map<String, String> more = Map.of("ATTENTION4J_TEST", "new", "PATH", "other");
    List<String> names = List.of("ATTENTION4J_TEST", "PATH", "OMP_NUM_THREADS");
    ChildJvm.read(Environment.class, 3, more, lines::add, names);
    assertThat(lines).containsExactly("new", System.getenv("PATH"), "3");
  }

  private List<String> results(String argument) {
    assertThat(execute(argument)).isZero();
    return results.toString().lines().toList();
  }

  @Test
  void machineIsDescribed() {
    assertThat(Machine.describe(PyTorch.version()))
        .hasSize(4)
        .satisfiesExactly(
            line -> assertThat(line).matches("MACHINE cpu=\".+\" processors=\\d+ os=\".+ .+\""),
            line -> assertThat(line).matches("JVM version=.+ name=\".+\" vectors=true"),
            line -> assertThat(line).matches("THREADS ours=\\d+ pytorch=(\\d+|none) nd4j=\\d+"),
            line -> assertThat(line).matches("PEERS pytorch=.+ nd4j_blas=[A-Z].+"));
  }
}
