package org.attention4j.examples;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What only a real process shows: signals, locks, streams, and a JVM that is killed. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 5, unit = MINUTES)
class ProcessTest {
  @TempDir Path directory;
  private Path out;
  private Path text;

  @BeforeEach
  void writeText() throws IOException {
    out = directory.resolve("out");
    text = directory.resolve("text.txt");
    Files.writeString(text, "The quick brown fox jumps over the lazy dog. ".repeat(60));
  }

  @Test
  void anAsciiTerminalGetsAscii() throws Exception {
    try (ProgramProcess program =
        ProgramProcess.start(
            directory,
            Main.class,
            Map.of("LC_ALL", "POSIX"),
            List.of("compare", "--steps=" + "x".repeat(113)))) {
      assertThat(program.status()).isEqualTo(2);
      assertThat(program.err()).contains("x... (113 characters)").doesNotContain("?", "\ufffd");
    }
  }

  @Test
  void aUtf8TerminalGetsUtf8() throws Exception {
    assumeTrue(Files.exists(Path.of("/usr/lib/locale/C.utf8")) || isUtf8());
    try (ProgramProcess program =
        ProgramProcess.start(
            directory,
            Main.class,
            Map.of("LC_ALL", "C.UTF-8"),
            List.of("compare", "--print-config", "--text=\u00b1.txt"))) {
      assertThat(program.status()).as(program.err()).isZero();
      assertThat(program.out()).contains("\u00b1.txt");
      assertThat(program.err()).isEmpty();
    }
  }

  private static boolean isUtf8() {
    return ConsoleText.charset().newEncoder().canEncode('\u00b1');
  }

  @Test
  void ctrlCLeavesReadableNumbersAndTellsHowToGoOn() throws Exception {
    List<String> arguments =
        List.of(
            "recall",
            "--quick",
            "--normalizers=softmax",
            "--length=7",
            "--steps=60",
            "--seeds=1,2,3,4,5,6,7,8,9,10,11,12",
            "--out=" + out);
    Path runs = out.resolve("runs");
    try (ProgramProcess program = ProgramProcess.start(directory, arguments)) {
      assertThat(program.until(() -> files(runs, ".json").size() >= 2)).as(program.err()).isTrue();
      program.signal("INT");
      assertThat(program.status()).isNotZero();

      assertThat(program.err()).contains("recall").doesNotContain("\r", "WARNING");
      String last = program.err().lines().reduce((one, next) -> next).orElseThrow();
      assertThat(last)
          .matches("Interrupted\\. \\d+ of 24 trainings are finished; their numbers are in .*")
          .contains(out.resolve("partial").toString())
          .endsWith(
              "Go on with: java -jar attention4j-examples.jar "
                  + String.join(" ", arguments)
                  + " --resume");
    }
    Map<Path, FileTime> before = times(files(runs, ".json"));
    assertThat(before).hasSizeBetween(2, 23);
    List<String> partial = Files.readAllLines(out.resolve("partial").resolve("accuracy.csv"));
    assertThat(partial.get(0)).isEqualTo("task,normalizer,seed,length,accuracy,attention");
    assertThat(partial).hasSizeBetween(1 + 2 * 5, 1 + before.size() * 5);
    assertThat(out.resolve("report.html")).doesNotExist();

    List<String> again = new ArrayList<>(arguments);
    again.add("--resume");
    CommandLineRun resumed = CommandLineRun.of(again.toArray(String[]::new));

    assertThat(resumed.status()).as(resumed.err()).isZero();
    assertThat(files(runs, ".json")).hasSize(24);
    assertThat(times(files(runs, ".json"))).containsAllEntriesOf(before);
    assertThat(out.resolve("partial")).doesNotExist();
    assertThat(Files.readAllLines(out.resolve("accuracy.csv")))
        .hasSize(1 + 24 * 5)
        .containsAll(partial);
  }

  @Test
  void nobodyComputesOnWhenTheLauncherIsKilledAndTheDirectoryIsFreeAgain() throws Exception {
    List<String> arguments = compare("softmax", "1", 1_000_000);
    try (ProgramProcess program = ProgramProcess.start(directory, arguments)) {
      assertThat(program.until(() -> !files(out.resolve("trials"), "").isEmpty()))
          .as(program.err())
          .isTrue();
      List<ProcessHandle> computing = program.process().descendants().toList();
      assertThat(computing).as("the JVM with the vector module").isNotEmpty();

      CommandLineRun second = CommandLineRun.of(arguments.toArray(String[]::new));
      assertThat(second.status()).isEqualTo(1);
      assertThat(second.err().lines()).hasSize(1);
      assertThat(second.err())
          .contains("--out", "is in use by process " + program.process().pid() + ";");

      program.process().destroyForcibly();

      assertThat(ProgramProcess.await(() -> computing.stream().noneMatch(ProcessHandle::isAlive)))
          .as("the other JVM ends")
          .isTrue();
      CommandLineRun third = CommandLineRun.of(compare("softmax", "1", 3).toArray(String[]::new));
      assertThat(third.status()).as(third.err()).isZero();
    }
  }

  @Test
  void anExampleWithoutItsArgumentSaysWhatIsMissing() throws Exception {
    try (ProgramProcess program = ProgramProcess.start(directory, watch(), Map.of(), List.of())) {
      assertThat(program.status()).isEqualTo(2);
      assertThat(program.err().strip())
          .isEqualTo("Name one file for the measurements, such as attention.jsonl.");
    }
  }

  private static Class<?> watch() throws ClassNotFoundException {
    return Class.forName(Main.class.getPackageName() + ".quickstart.Example2Watch");
  }

  private List<String> compare(String normalizers, String seeds, int steps) {
    return List.of(
        "compare",
        "--text=" + text,
        "--out=" + out,
        "--normalizers=" + normalizers,
        "--seeds=" + seeds,
        "--steps=" + steps,
        "--context=16",
        "--width=8",
        "--heads=2",
        "--batch=2",
        "--monitor-every=3",
        "--no-recall");
  }

  private static List<Path> files(Path parent, String ending) throws IOException {
    if (!Files.isDirectory(parent)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(parent)) {
      return files.filter(file -> file.toString().endsWith(ending)).toList();
    }
  }

  private static Map<Path, FileTime> times(List<Path> files) throws IOException {
    Map<Path, FileTime> times = new TreeMap<>();
    for (Path file : files) {
      times.put(file, Files.getLastModifiedTime(file));
    }
    return times;
  }
}
