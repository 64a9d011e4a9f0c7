package org.attention4j.examples.distributed;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.Utils;

/**
 * A context of Spark that leaves nothing behind: a local cluster keeps the output of its workers in
 * a folder {@code work}, where this program was started.
 */
final class OpenSpark implements AutoCloseable {
  private static final String WORK = "work";

  private final JavaSparkContext context;
  private final boolean cluster;

  /**
   * Opens a context; there can be one in a JVM.
   *
   * @param master where
   */
  OpenSpark(SparkMaster master) {
    if (master.isLocal() || master.isLocalCluster()) {
      // Otherwise the master and the workers of a local cluster are open to other machines. There
      // is a variable of the environment for it too, but no option.
      Utils.setCustomHostname(SparkMaster.HOST);
    }
    context = new JavaSparkContext(master.configuration());
    cluster = master.isLocalCluster();
  }

  JavaSparkContext context() {
    return context;
  }

  @Override
  public void close() {
    String application = context.sc().applicationId();
    context.close();
    if (cluster) {
      String home = System.getenv("SPARK_HOME");
      Path work = new File(home == null ? "." : home, WORK).toPath();
      delete(work.resolve(application));
      deleteIfEmpty(work);
    }
  }

  /** What cannot be deleted stays: it harms nobody. */
  private static void delete(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      folder.toFile().deleteOnExit();
    }
  }

  private static void deleteIfEmpty(Path folder) {
    try {
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException e) {
      // Somebody else's, too.
    } catch (IOException e) {
      folder.toFile().deleteOnExit();
    }
  }
}
