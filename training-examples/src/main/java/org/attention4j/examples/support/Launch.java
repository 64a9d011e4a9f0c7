package org.attention4j.examples.support;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * How this program was started. A JVM that starts another one in its place tells it, by system
 * properties, what only the first one can know.
 */
public final class Launch {
  /** How the user called the program, without its arguments. */
  private static final String COMMAND = "attention4j.command";

  /** The process that the user started, if that is another one. */
  private static final String LAUNCHER = "attention4j.launcher";

  /** Whether standard error is a terminal. */
  private static final String TERMINAL = "attention4j.terminal";

  private static final String USUAL_COMMAND = "java -jar attention4j-examples.jar";
  private static final String JAR = ".jar";
  private static final Duration GLANCE = Duration.ofMillis(500);

  /** So long an orderly end may take once nobody waits for it any more. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** So long a JVM may outlive its launcher: it notices, and then ends in order or at once. */
  static final Duration LONGEST_END = PATIENCE.plusSeconds(5);

  private static final int ORPHANED = 1;

  private Launch() {}

  /** How to call the program again, up to its arguments. */
  static String command() {
    return System.getProperty(COMMAND, ownCommand());
  }

  private static String ownCommand() {
    String classPath = System.getProperty("java.class.path", "");
    if (!classPath.endsWith(JAR) || !Files.isRegularFile(Path.of(classPath))) {
      return USUAL_COMMAND;
    }
    List<String> words = new ArrayList<>(List.of("java"));
    words.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    words.addAll(List.of("-jar", classPath));
    return Quoting.ofThisSystem().line(words);
  }

  /** The process that the user started. */
  static long process() {
    return launcher().orElse(ProcessHandle.current().pid());
  }

  private static OptionalLong launcher() {
    Long pid = Long.getLong(LAUNCHER);
    return pid == null ? OptionalLong.empty() : OptionalLong.of(pid);
  }

  /** What a JVM that takes this one's place is to know. */
  static List<String> handedOn() {
    return List.of(
        "-D" + COMMAND + "=" + command(),
        "-D" + LAUNCHER + "=" + ProcessHandle.current().pid(),
        "-D" + TERMINAL + "=" + isTerminal());
  }

  /**
   * Whether what is drawn on standard error can be drawn over.
   *
   * @return whether it is a terminal
   */
  public static boolean drawsOver() {
    return Boolean.getBoolean(TERMINAL);
  }

  /** Finds out about the terminal unless another JVM did. */
  public static void prepare() {
    if (System.getProperty(TERMINAL) == null) {
      System.setProperty(TERMINAL, Boolean.toString(isTerminal()));
    }
  }

  /** Java tells only of standard input and output together; a POSIX shell knows more. */
  @SuppressWarnings("SystemConsoleNull") // Windows alone, where from Java 22 on a pipe counts too
  private static boolean isTerminal() {
    String known = System.getProperty(TERMINAL);
    if (known != null) {
      return Boolean.parseBoolean(known);
    }
    if (System.getProperty("os.name").startsWith("Windows")) {
      return System.console() != null;
    }
    try {
      Process test =
          new ProcessBuilder("sh", "-c", "test -t 2")
              .redirectError(Redirect.INHERIT)
              .redirectOutput(Redirect.DISCARD)
              .start();
      return test.waitFor(1, TimeUnit.SECONDS) && test.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Ends this JVM soon after the one that started it is gone, however it ended. A process whose
   * parent ends gets another parent at once, also while nobody has asked for the parent's exit
   * status.
   */
  public static void endWithLauncher() {
    OptionalLong launcher = launcher();
    if (launcher.isEmpty()) {
      return;
    }
    daemon(
        "watch over the launcher",
        () -> {
          while (parent() == launcher.getAsLong()) {
            sleep(GLANCE);
          }
          daemon(
              "end at last",
              () -> {
                sleep(PATIENCE);
                Runtime.getRuntime().halt(ORPHANED);
              });
          System.exit(ORPHANED);
        });
  }

  private static long parent() {
    return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(-1L);
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  static void sleep(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
