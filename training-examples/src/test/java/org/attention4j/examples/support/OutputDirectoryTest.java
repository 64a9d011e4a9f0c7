package org.attention4j.examples.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class OutputDirectoryTest {
  @TempDir Path directory;

  private final PrintWriter messages = new PrintWriter(new StringWriter());

  @Test
  @Timeout(value = 1, unit = TimeUnit.MINUTES)
  void aCommandWaitsForTheEndOfOneWhoseLauncherIsGone() throws Exception {
    Path out = directory.resolve("out");
    Process holder = hold(out, gone(), 2_000);
    try (OutputDirectory taken = OutputDirectory.open(out, messages)) {
      assertThat(taken.path()).isEqualTo(out);
      assertThat(holder.waitFor(30, TimeUnit.SECONDS)).as("the lock was free").isTrue();
    } finally {
      holder.destroyForcibly();
    }
  }

  @Test
  @Timeout(value = 1, unit = TimeUnit.MINUTES)
  void aCommandDoesNotWaitForOneWhoseLauncherLives() throws Exception {
    Path out = directory.resolve("out");
    long living = ProcessHandle.current().pid();
    Process holder = hold(out, living, 60_000);
    try {
      assertThatThrownBy(() -> OutputDirectory.open(out, messages))
          .isInstanceOf(CommandFailure.class)
          .hasMessage(
              "--out %s is in use by process %d; wait until it ends, or name another directory.",
              out, living);
      assertThat(holder.isAlive()).isTrue();
    } finally {
      holder.destroyForcibly();
    }
  }

  private static long gone() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    return process.pid();
  }

  /** Starts a JVM that keeps the lock, as the one that a launcher started, and then ends. */
  private Process hold(Path out, long launcher, int millis) throws Exception {
    Path held = directory.resolve("held.txt");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dattention4j.launcher=" + launcher,
            "-cp",
            System.getProperty("java.class.path"),
            Holder.class.getName(),
            out.toString(),
            held.toString(),
            Integer.toString(millis));
    File output = directory.resolve("holder.txt").toFile();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
    while (!Files.exists(held)) {
      assertThat(process.isAlive())
          .as(Files.readString(output.toPath(), StandardCharsets.UTF_8))
          .isTrue();
      Thread.sleep(20);
    }
    return process;
  }

  /** The program of the other JVM. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws Exception {
      try (OutputDirectory held =
          OutputDirectory.open(Path.of(arguments[0]), new PrintWriter(new StringWriter()))) {
        Files.createFile(Path.of(arguments[1]));
        Thread.sleep(Integer.parseInt(arguments[2]));
        Runtime.getRuntime().halt(0);
      }
    }
  }
}
