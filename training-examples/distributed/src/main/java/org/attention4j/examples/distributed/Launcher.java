package org.attention4j.examples.distributed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attention4j.examples.Main;
import org.attention4j.examples.support.Sentences;
import org.attention4j.examples.support.VectorModule;

/**
 * Starts the command line in a JVM that Spark can run in: with the packages of the JDK open that
 * Spark reaches into, with vector instructions, and with Spark on the class path. Under {@code
 * spark-submit}, which sees to all this, it starts the command line at once.
 */
public final class Launcher {
  /** Set by spark-submit. */
  private static final String MASTER = "spark.master";

  private static final int FAILURE = 1;

  /** What Spark itself opens in the JVMs that it starts, as far as a driver needs it. */
  static final List<String> OPEN =
      List.of(
          "java.lang",
          "java.lang.invoke",
          "java.lang.reflect",
          "java.io",
          "java.net",
          "java.nio",
          "java.util",
          "java.util.concurrent",
          "java.util.concurrent.atomic",
          "sun.nio.ch",
          "sun.nio.cs",
          "sun.security.action",
          "sun.util.calendar");

  private Launcher() {}

  /**
   * Runs the command line and ends the JVM with its exit status.
   *
   * @param arguments the command line's arguments
   */
  public static void main(String[] arguments) {
    if (System.getProperty(MASTER) != null || isOpen()) {
      Main.main(arguments);
      return;
    }
    System.exit(again(arguments));
  }

  private static boolean isOpen() {
    Module base = Object.class.getModule();
    return OPEN.stream().allMatch(name -> base.isOpen(name, Launcher.class.getModule()));
  }

  private static int again(String... arguments) {
    try {
      return VectorModule.run(Launcher.class, options(), List.of(arguments), System.err);
    } catch (IOException e) {
      System.err.println("Another JVM cannot be started: " + Sentences.about(e));
      return FAILURE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FAILURE;
    }
  }

  private static List<String> options() {
    List<String> options = new ArrayList<>();
    OPEN.forEach(name -> options.add("--add-opens=java.base/%s=ALL-UNNAMED".formatted(name)));
    Path spark = Jars.folder(Jars.SPARK);
    if (Files.isDirectory(spark)) {
      options.add("-cp");
      options.add(
          System.getProperty("java.class.path")
              + System.getProperty("path.separator")
              + spark
              + "/*"); // no name of a file on Windows, so that Path would refuse it
    }
    return options;
  }
}
