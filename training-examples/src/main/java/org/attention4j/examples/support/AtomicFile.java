package org.attention4j.examples.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.attention4j.internal.files.WholeFile;

/** Writes a file so that nobody ever sees half of it. */
public final class AtomicFile {
  private AtomicFile() {}

  /**
   * Writes beside the file first, then puts the whole in its place. If that fails, as on a full
   * disk, the file is as it was and nothing lies beside it.
   *
   * @param file the file, replaced if it exists
   * @param content what it shall hold
   * @throws UncheckedIOException if it cannot be written
   */
  public static void write(Path file, byte[] content) {
    try {
      WholeFile.write(file, beside -> Files.write(beside, content));
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be written: %s.".formatted(file, reason(e)), e);
    }
  }

  private static String reason(IOException e) {
    return e instanceof FileSystemException failure && failure.getReason() != null
        ? failure.getReason()
        : String.valueOf(e.getMessage());
  }
}
