package org.attention4j.examples.distributed;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** Where the build puts the jars: beside the one with this class. */
final class Jars {
  /** The folder with what a cluster lacks. */
  static final String OWN = "lib";

  /** The folder with what a cluster with Spark has. */
  static final String SPARK = "spark";

  private Jars() {}

  /** The jar, or in development the folder, with this class. */
  static Path program() {
    try {
      return Path.of(Jars.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("The program does not know where it is.", e);
    }
  }

  /**
   * A folder beside the program.
   *
   * @param name its name
   * @return the folder, which need not exist
   */
  static Path folder(String name) {
    return program().resolveSibling(name);
  }
}
