package org.attention4j.examples.distributed;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.package$;
import org.attention4j.examples.support.BadArgument;

/** The line that hands this program to a cluster. */
final class SubmitLine {
  /** What the driver's JVM is told; it must not start another one. */
  private static final String DRIVER_OPTIONS =
      "--add-modules jdk.incubator.vector -Dattention4j.relaunch=false"
          + " -Dorg.bytedeco.javacpp.maxphysicalbytes=0";

  private static final String JAR = ".jar";

  private SubmitLine() {}

  /**
   * Composes the line.
   *
   * @param master the cluster's master
   * @param program the program's jar
   * @param jars the folder with the jars that a cluster lacks
   * @param arguments the program's arguments
   * @return lines to be pasted into a POSIX shell
   * @throws BadArgument if the jars are not there
   */
  static String of(String master, Path program, Path jars, List<String> arguments) {
    List<String> lines = new ArrayList<>();
    lines.add("spark-submit --master " + quoted(master));
    lines.add("--class " + Launcher.class.getName());
    lines.add("--jars " + quoted(names(jars)));
    lines.add("--driver-java-options " + quoted(DRIVER_OPTIONS));
    lines.add("--conf " + quoted("spark.executor.extraJavaOptions=" + SparkMaster.WORKER_OPTIONS));
    lines.add("--conf spark.executorEnv.OMP_NUM_THREADS=1");
    lines.add(
        quoted(program.toString())
            + " "
            + arguments.stream().map(SubmitLine::quoted).collect(joining(" ")));
    return "# for Spark %s with Scala 2.12 on Java 17%n".formatted(package$.MODULE$.SPARK_VERSION())
        + String.join(" \\\n  ", lines);
  }

  private static String names(Path jars) {
    if (!Files.isDirectory(jars)) {
      throw new BadArgument(
          "--submit finds no jars in %s: build them with 'mvn -Pspark package'.".formatted(jars));
    }
    try (Stream<Path> files = Files.list(jars)) {
      return files
          .map(Path::toString)
          .filter(name -> name.endsWith(JAR))
          .sorted()
          .collect(joining(","));
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be read.".formatted(jars), e);
    }
  }

  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_./:,=+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
