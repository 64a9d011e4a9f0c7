package org.attention4j.examples.compare;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attention4j.examples.CommandLineRun;
import org.attention4j.examples.Main;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A JVM that is killed has no say in what it leaves behind. */
@Tag("slow")
class KilledComparisonTest {
  private static final int SEEDS = 40;
  private static final long GLANCE = 20;

  @TempDir Path directory;

  @Test
  @Timeout(value = 5, unit = MINUTES)
  void whatWasTrainedBeforeTheKillIsNotTrainedAgain() throws Exception {
    Path out = directory.resolve("out");
    Path text = directory.resolve("text.txt");
    Files.writeString(text, "The quick brown fox jumps over the lazy dog. ".repeat(60));
    String[] arguments = arguments(text, out);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(new File(directory.toFile(), "output.txt"))
            .start();
    while (process.isAlive() && results(out).size() < 2) {
      Thread.sleep(GLANCE);
    }
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    assertThat(process.waitFor(1, MINUTES)).isTrue();
    assertThat(process.exitValue()).as("exit status of a killed process").isNotZero();
    List<Path> finished = results(out);
    assertThat(finished).hasSizeBetween(2, SEEDS - 1);
    List<FileTime> written = times(finished);

    List<String> again = new ArrayList<>(List.of(arguments));
    again.add("--resume");
    CommandLineRun resumed = CommandLineRun.of(again.toArray(String[]::new));

    assertThat(resumed.status()).as(resumed.err()).isZero();
    assertThat(results(out)).hasSize(SEEDS).containsAll(finished);
    assertThat(times(finished)).isEqualTo(written);
    assertThat(out.resolve("report.html")).isNotEmptyFile();
  }

  private static String[] arguments(Path text, Path out) {
    List<String> seeds =
        Stream.iterate(1, seed -> seed + 1).limit(SEEDS).map(String::valueOf).toList();
    return new String[] {
      "compare",
      "--text=" + text,
      "--out=" + out,
      "--normalizers=softmax",
      "--seeds=" + String.join(",", seeds),
      "--steps=7",
      "--context=16",
      "--width=8",
      "--heads=2",
      "--batch=2",
      "--monitor-every=3",
      "--no-recall"
    };
  }

  private static List<Path> results(Path out) throws IOException {
    Path trials = out.resolve("trials");
    if (!Files.isDirectory(trials)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(trials)) {
      return all.filter(trial -> !trial.getFileName().toString().startsWith("unfinished"))
          .map(trial -> trial.resolve("result.json"))
          .filter(Files::exists)
          .sorted()
          .toList();
    }
  }

  private static List<FileTime> times(List<Path> files) throws IOException {
    List<FileTime> times = new ArrayList<>();
    for (Path file : files) {
      times.add(Files.getLastModifiedTime(file));
    }
    return times;
  }
}
