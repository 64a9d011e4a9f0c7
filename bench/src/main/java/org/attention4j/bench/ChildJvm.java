package org.attention4j.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Starts a command again in a JVM with the flags and the environment that the numbers need. */
final class ChildJvm {
  private static final String MODULE = "jdk.incubator.vector";
  private static final String OMP_THREADS = "OMP_NUM_THREADS";
  private static final String OFFLINE = "ai.djl.offline";

  /** Without it JavaCPP reads a file of the operating system at each native allocation. */
  private static final String NO_PHYSICAL_LIMIT = "-Dorg.bytedeco.javacpp.maxphysicalbytes=0";

  /** Room for whatever is compared, in MiB. */
  static final int HEAP = 4096;

  /** The collector that our pages advise; a small container would have another one. */
  private static final String COLLECTOR = "-XX:+UseG1GC";

  /** The name of the variable in {@link #PASSIVE}. */
  static final String WAIT_POLICY = "OMP_WAIT_POLICY";

  /**
   * Deeplearning4j's native threads spin after each operation, and whatever computes next has to
   * share the processors with them. Its layers and ours are faster if they sleep; PyTorch is not.
   */
  static final Map<String, String> PASSIVE = Map.of(WAIT_POLICY, "passive");

  /** The character set of what a command prints, which JDK 19 and newer also heed themselves. */
  static final String STDOUT_ENCODING = "stdout.encoding";

  /** From this version on, a JVM warns about what JavaCPP does unless it is told to expect it. */
  private static final int STRICT_VERSION = 24;

  private ChildJvm() {}

  /** Whether this JVM has the vector module. */
  static boolean hasVectors() {
    return ModuleLayer.boot().findModule(MODULE).isPresent();
  }

  /** Whether this JVM is already as {@link #run} would start one. */
  static boolean isNotNeeded(int threads) {
    return hasVectors()
        && Boolean.getBoolean(OFFLINE)
        && Integer.toString(threads).equals(System.getenv(OMP_THREADS));
  }

  /**
   * Runs a class's main method in another JVM, on the same terminal. Its native threads sleep
   * between operations, unless the environment says otherwise.
   *
   * @param main the class
   * @param threads for each that takes part
   * @param arguments the command line's arguments
   * @return its exit status
   */
  static int run(Class<?> main, int threads, List<String> arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder = builder(main, threads, HEAP, arguments).inheritIO();
    PASSIVE.forEach(builder.environment()::putIfAbsent);
    return start(builder).waitFor();
  }

  /**
   * Runs a class's main method in another JVM and reads its lines as they come.
   *
   * @param main the class
   * @param threads for each that takes part
   * @param environment more variables; those that are set already win
   * @param lines gets each line of the standard output
   * @param arguments the command line's arguments
   * @return its exit status
   */
  static int read(
      Class<?> main,
      int threads,
      Map<String, String> environment,
      Consumer<String> lines,
      List<String> arguments)
      throws IOException, InterruptedException {
    Process process = open(main, threads, HEAP, environment, arguments);
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.accept(line);
      }
    }
    return process.waitFor();
  }

  /**
   * Runs a class's main method in another JVM that ends with this one, and leaves its standard
   * input and output to the caller.
   *
   * @param main the class
   * @param threads for each that takes part
   * @param heap the largest heap, in MiB
   * @param environment more variables; those that are set already win
   * @param arguments the command line's arguments
   * @return the process
   */
  static Process open(
      Class<?> main, int threads, int heap, Map<String, String> environment, List<String> arguments)
      throws IOException {
    ProcessBuilder builder = builder(main, threads, heap, arguments);
    // A program reads it, not a terminal.
    builder.command().add(1, "-D" + STDOUT_ENCODING + "=" + StandardCharsets.UTF_8);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    environment.forEach(builder.environment()::putIfAbsent);
    return start(builder);
  }

  private static ProcessBuilder builder(
      Class<?> main, int threads, int heap, List<String> arguments) {
    ProcessBuilder builder = new ProcessBuilder(command(main, threads, heap, arguments));
    builder.environment().put(OMP_THREADS, Integer.toString(threads));
    return builder;
  }

  private static Process start(ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "end of the child"));
    return process;
  }

  /** The command line of the other JVM. */
  static List<String> command(Class<?> main, int threads, int heap, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.add("-Xmx" + heap + "m");
    command.addAll(List.of(COLLECTOR, "--add-modules", MODULE, "-D" + OFFLINE + "=true"));
    command.add(NO_PHYSICAL_LIMIT);
    command.add("-Dorg.attention4j.threads=" + threads);
    command.add("-Dai.djl.pytorch.num_threads=" + threads);
    if (Runtime.version().feature() >= STRICT_VERSION) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    return command;
  }
}
