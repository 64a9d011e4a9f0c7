package org.attention4j.examples.support;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The vector instructions that the fused kernels want live in a module which only the JVM's command
 * line can add, neither a manifest nor a running program. So a JVM without it starts another one
 * that has it, on the same terminal.
 */
public final class VectorModule {
  private static final String NAME = "jdk.incubator.vector";

  /** Set to false, this system property keeps everything in the JVM that the user started. */
  private static final String RELAUNCH = "attention4j.relaunch";

  /** How lines begin that the new JVM writes of itself, which its user did not ask for. */
  private static final List<String> JVM_LINES =
      List.of(
          "WARNING: Using incubator modules: " + NAME,
          "Picked up JAVA_TOOL_OPTIONS: ",
          "Picked up _JAVA_OPTIONS: ",
          "NOTE: Picked up JDK_JAVA_OPTIONS: ");

  /** These would compete with those of the first JVM for a port or a file. */
  private static final List<String> ATTACHED = List.of("-agentlib:", "-agentpath:", "-javaagent:");

  /** ND4J's native library is loaded, which Java 24 and newer warn of unless it is allowed. */
  private static final String NATIVE_ACCESS = "--enable-native-access";

  /** JavaCPP and ND4J use what Java 24 and newer warn of unless it is allowed. */
  private static final String UNSAFE = "--sun-misc-unsafe-memory-access";

  private static final int FIRST_TO_WARN = 24;

  /**
   * Tells OpenMP's threads whether to spin after an operation of ND4J. They would spin on the
   * processors that our own threads need.
   */
  static final String WAIT_POLICY = "OMP_WAIT_POLICY";

  /** So long the other JVM may take to write down how far it came. */
  private static final int FAREWELL_SECONDS = 20;

  private VectorModule() {}

  static boolean isPresent() {
    return ModuleLayer.boot().findModule(NAME).isPresent();
  }

  /**
   * Whether to start another JVM: this one lacks the module, another one would have it, and the
   * user has not forbidden it.
   *
   * @return whether to do so
   */
  public static boolean canBeAdded() {
    return !isPresent()
        && ModuleFinder.ofSystem().find(NAME).isPresent()
        && Boolean.parseBoolean(System.getProperty(RELAUNCH, "true"))
        && jvmArguments().stream().noneMatch(VectorModule::isAttached);
  }

  /**
   * Runs a class's main method in a JVM like this one that has the module, and whose native threads
   * sleep between operations unless the environment says otherwise. If this one is asked to end,
   * the other one is, and is waited for.
   *
   * @param main the class
   * @param options what else the JVM is told, after what this one was told
   * @param arguments the command line's arguments
   * @param messages where its standard error goes
   * @return its exit status
   * @throws IOException if it cannot be started or read from
   * @throws InterruptedException if this thread is interrupted
   */
  public static int run(
      Class<?> main, List<String> options, List<String> arguments, OutputStream messages)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command(main, options, arguments))
            .redirectInput(ProcessBuilder.Redirect.INHERIT)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT);
    prepare(builder.environment());
    Process process = builder.start();
    CountDownLatch passed = new CountDownLatch(1);
    Thread farewell = new Thread(() -> end(process, passed), "end of the other JVM");
    Runtime.getRuntime().addShutdownHook(farewell);
    try {
      pass(process.getErrorStream(), messages);
    } finally {
      passed.countDown();
    }
    int status = process.waitFor();
    Interruption.remove(farewell);
    return status;
  }

  /** Lets the native threads of the other JVM sleep between operations, unless the user decided. */
  static void prepare(Map<String, String> environment) {
    environment.putIfAbsent(WAIT_POLICY, "passive");
  }

  /** Has the other JVM end, and waits for its last words. */
  static void end(Process process, CountDownLatch passed) {
    // Where a process cannot be asked to end, on Windows, the terminal has told it as it told us:
    // it would be killed before it has written down how far it came.
    if (process.supportsNormalTermination()) {
      // Process.destroy would close the stream that its last words come through.
      process.toHandle().destroy();
    }
    try {
      if (!process.waitFor(FAREWELL_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      if (!passed.await(1, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The command line of the other JVM. */
  static List<String> command(Class<?> main, List<String> options, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(jvmArguments());
    command.addAll(List.of("--add-modules", NAME));
    command.addAll(silencers(Runtime.version().feature(), jvmArguments()));
    // Also ends the matter if the other JVM should not get the module either.
    command.add("-D" + RELAUNCH + "=false");
    command.addAll(Launch.handedOn());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(options);
    command.add(main.getName());
    command.addAll(arguments);
    return Quoting.ofThisSystem().ofProcess(command);
  }

  /**
   * Allows what a JVM would warn of, unless the user decided on it.
   *
   * @param feature the JVM's version
   * @param given what the user told the JVM
   * @return further arguments for the JVM
   */
  static List<String> silencers(int feature, List<String> given) {
    List<String> silencers = new ArrayList<>();
    if (feature >= FIRST_TO_WARN) {
      for (String each : List.of(NATIVE_ACCESS + "=ALL-UNNAMED", UNSAFE + "=allow")) {
        if (given.stream().noneMatch(argument -> argument.startsWith(option(each)))) {
          silencers.add(each);
        }
      }
    }
    return silencers;
  }

  private static String option(String argument) {
    return argument.substring(0, argument.indexOf('='));
  }

  /**
   * Passes every byte on as it comes, but for what a JVM says before the program does: the warning,
   * and which variables of the environment it heeds, which the first JVM has said already.
   */
  static void pass(InputStream from, OutputStream to) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    boolean ofTheJvm = true;
    while (ofTheJvm) {
      int next = from.read();
      if (next >= 0) {
        line.write(next);
      }
      String text = line.toString(StandardCharsets.ISO_8859_1);
      ofTheJvm = next >= 0 && JVM_LINES.stream().anyMatch(begin -> agree(begin, text));
      if (next == '\n' && ofTheJvm) {
        line.reset();
      }
    }
    String last = line.toString(StandardCharsets.ISO_8859_1);
    if (JVM_LINES.stream().noneMatch(last::startsWith)) {
      line.writeTo(to);
      to.flush();
    }
    byte[] buffer = new byte[8192];
    for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
      to.write(buffer, 0, n);
      to.flush();
    }
  }

  /** Whether one begins with the other. */
  private static boolean agree(String begin, String text) {
    return text.startsWith(begin) || begin.startsWith(text);
  }

  private static List<String> jvmArguments() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments();
  }

  private static boolean isAttached(String argument) {
    return ATTACHED.stream().anyMatch(argument::startsWith);
  }
}
