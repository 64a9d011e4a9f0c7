package org.attention4j.examples;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** The program, or another main class, in a JVM of its own, as a user starts it. */
record ProgramProcess(Process process, Path outFile, Path errFile) implements AutoCloseable {
  private static final int MAX_SECONDS = 240;
  private static final long GLANCE = 20;

  static ProgramProcess start(Path directory, List<String> arguments) throws IOException {
    return start(directory, Main.class, Map.of(), arguments);
  }

  static ProgramProcess start(
      Path directory, Class<?> main, Map<String, String> environment, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    if (Files.isExecutable(Path.of("/usr/bin/env"))) {
      // A shell's background jobs ignore Ctrl-C, and so would what they start.
      command.addAll(List.of("/usr/bin/env", "--default-signal=INT"));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    Path out = Files.createTempFile(directory, "out", ".txt");
    Path err = Files.createTempFile(directory, "err", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment);
    return new ProgramProcess(builder.start(), out, err);
  }

  String out() throws IOException {
    return Files.readString(outFile, StandardCharsets.UTF_8);
  }

  String err() throws IOException {
    return Files.readString(errFile, StandardCharsets.UTF_8);
  }

  int status() throws InterruptedException {
    if (!process.waitFor(MAX_SECONDS, SECONDS)) {
      throw new IllegalStateException("It does not end.");
    }
    return process.exitValue();
  }

  void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    if (!kill.waitFor(MAX_SECONDS, SECONDS)) {
      throw new IllegalStateException("kill does not end.");
    }
  }

  /** Waits while the process lives until something holds. */
  boolean until(Callable<Boolean> condition) throws Exception {
    return await(() -> !process.isAlive() || condition.call()) && condition.call();
  }

  static boolean await(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + SECONDS.toNanos(MAX_SECONDS);
    while (!condition.call()) {
      if (System.nanoTime() > end) {
        return false;
      }
      Thread.sleep(GLANCE);
    }
    return true;
  }

  /** Leaves nothing running. */
  @Override
  public void close() {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
  }
}
