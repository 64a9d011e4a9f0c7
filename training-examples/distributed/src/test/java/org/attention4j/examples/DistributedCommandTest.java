package org.attention4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The command as the command line finds and runs it. */
class DistributedCommandTest {
  @TempDir private Path folder;

  private record Run(int status, String out, String err) {
    static Run of(String... arguments) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      int status =
          Main.run(
              new PrintStream(out, true),
              new PrintStream(err, true),
              StandardCharsets.UTF_8,
              arguments);
      return new Run(
          status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
  }

  @Test
  void helpNamesIt() {
    assertThat(Run.of("--help").out()).contains("distributed", "compare");
    assertThat(Run.of("distributed", "--help").out())
        .startsWith("Usage: attention4j-examples distributed")
        .contains("--master", "--submit", "--fail-in-round");
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        arguments("--master local[two]", "--master is 'local[two]' but must be a master of Spark"),
        arguments("--master yarn", "--workers must be given for --master yarn"),
        arguments("--average-every 0", "--average-every is 0 but must be at least 1"),
        arguments("--workers 0", "--workers is 0 but must be at least 1"),
        arguments("--monitor-every -1", "--monitor-every is -1 but must be at least 0"),
        arguments("--steps 9", "--steps is 9 but a round of 2 workers"),
        arguments("--ui=65536", "--ui is 65536 but must be from 0 to 65535"),
        arguments("--heads 7", "--heads is 7 but must divide --width, which is 64"),
        arguments("--normalizer softest", "softest"),
        arguments("--fail-in-round 97", "--fail-in-round is 97 but must be from 1 to 96"),
        arguments("--text absent.txt", "--text absent.txt is not a file"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void wrongArgumentsAreOneSentence(String arguments, String sentence) {
    Run run = Run.of(("distributed --out " + folder + " " + arguments).split(" ", -1));

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).hasSize(1).first().asString().contains(sentence);
  }

  @Test
  @Tag("slow")
  void aSmallTrainingWithAFailureWritesEverything() throws IOException {
    Run run =
        Run.of(
            ("distributed --out "
                    + folder
                    + " --context 7 --steps 13 --batch 3 --width 8 --heads 2 --average-every 3"
                    + " --monitor-every 2 --fail-in-round 2")
                .split(" ", -1));

    assertThat(run.status()).as(run.err()).isZero();
    List<String> lines = run.out().lines().toList();
    assertThat(lines.get(0))
        .isEqualTo("2 workers, average every 3 batches of each, 2 rounds in all");
    assertThat(lines.get(2)).matches("round 1: \\d\\.\\d{3} bits/char, \\d+\\.\\d\\d s");
    assertThat(lines.get(3))
        .matches("round 2: \\d\\.\\d{3} bits/char, \\d+\\.\\d\\d s, run again: worker 1");
    assertThat(Files.readAllLines(folder.resolve("rounds.csv"))).hasSize(3);
    assertThat(Files.readAllLines(folder.resolve("validation.csv")))
        .hasSize(4)
        .element(1)
        .asString()
        .startsWith("distributed,6,3,");
    // Two workers, iterations 0, 2, 4, and of each two layers with two heads, two aggregates, one
    // of the network.
    assertThat(Files.readAllLines(folder.resolve("attention.jsonl")))
        .hasSize(2 * 3 * (2 * 2 + 2 + 1))
        .doesNotHaveDuplicates();
    assertThat(ComputationGraph.load(folder.resolve("model.zip").toFile(), false).numParams())
        .isPositive();
  }
}
