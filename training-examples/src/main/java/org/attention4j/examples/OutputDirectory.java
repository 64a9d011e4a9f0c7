package org.attention4j.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the results of a run go. */
final class OutputDirectory {
  private OutputDirectory() {}

  /**
   * Makes a directory unless it exists.
   *
   * @param out the value of {@code --out}
   * @throws BadArgument if it cannot be made or written to
   */
  static void make(Path out) {
    if (Files.exists(out) && !Files.isDirectory(out)) {
      throw new BadArgument("--out %s is a file, not a directory.".formatted(out));
    }
    try {
      Files.createDirectories(out);
    } catch (IOException e) {
      throw new BadArgument("--out %s cannot be made.".formatted(out), e);
    }
    if (!Files.isWritable(out)) {
      throw new BadArgument("--out %s cannot be written to.".formatted(out));
    }
  }
}
