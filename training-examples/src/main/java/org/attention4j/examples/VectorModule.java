package org.attention4j.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.module.ModuleFinder;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;

/**
 * The vector instructions that the fused kernels want live in a module which only the JVM's command
 * line can add, neither a manifest nor a running program. So a JVM without it starts another one
 * that has it, on the same terminal.
 */
final class VectorModule {
  private static final String NAME = "jdk.incubator.vector";

  /** Set to false, this system property keeps everything in the JVM that the user started. */
  private static final String RELAUNCH = "attention4j.relaunch";

  /** What the new JVM says about the module, which its user did not ask for. */
  private static final String WARNING = "WARNING: Using incubator modules: " + NAME;

  /** These would compete with those of the first JVM for a port or a file. */
  private static final List<String> ATTACHED = List.of("-agentlib:", "-agentpath:", "-javaagent:");

  private VectorModule() {}

  static boolean isPresent() {
    return ModuleLayer.boot().findModule(NAME).isPresent();
  }

  /** Whether another JVM would have the module, and nothing speaks against one. */
  static boolean canBeAdded() {
    return !isPresent()
        && ModuleFinder.ofSystem().find(NAME).isPresent()
        && Boolean.parseBoolean(System.getProperty(RELAUNCH, "true"))
        && jvmArguments().stream().noneMatch(VectorModule::isAttached);
  }

  /**
   * Runs a class's main method in a JVM like this one that has the module.
   *
   * @param main the class
   * @param arguments the command line's arguments
   * @param messages where its standard error goes
   * @return its exit status
   */
  static int run(Class<?> main, List<String> arguments, PrintStream messages)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command(main, arguments))
            .redirectInput(ProcessBuilder.Redirect.INHERIT)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .start();
    Thread farewell = new Thread(process::destroy, "end of the other JVM");
    Runtime.getRuntime().addShutdownHook(farewell);
    pass(process.getErrorStream(), messages);
    int status = process.waitFor();
    Runtime.getRuntime().removeShutdownHook(farewell);
    return status;
  }

  /** The command line of the other JVM. */
  static List<String> command(Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(jvmArguments());
    command.addAll(List.of("--add-modules", NAME));
    // Also ends the matter if the other JVM should not get the module either.
    command.add("-D" + RELAUNCH + "=false");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    return command;
  }

  /** Passes everything on as it comes, but for the warning, which would be the first line. */
  static void pass(InputStream from, PrintStream to) throws IOException {
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(from, Charset.defaultCharset()));
    String first = reader.readLine();
    if (first == null) {
      return;
    }
    if (!first.equals(WARNING)) {
      to.println(first);
    }
    char[] buffer = new char[4096];
    for (int n = reader.read(buffer); n >= 0; n = reader.read(buffer)) {
      to.print(String.valueOf(buffer, 0, n));
      to.flush();
    }
  }

  private static List<String> jvmArguments() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments();
  }

  private static boolean isAttached(String argument) {
    return ATTACHED.stream().anyMatch(argument::startsWith);
  }
}
