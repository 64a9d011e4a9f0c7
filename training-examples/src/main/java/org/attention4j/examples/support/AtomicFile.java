package org.attention4j.examples.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

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
    Path unfinished = file.resolveSibling(file.getFileName() + ".tmp");
    boolean whole = false;
    try {
      Files.write(unfinished, content);
      move(unfinished, file);
      whole = true;
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be written: %s.".formatted(file, reason(e)), e);
    } finally {
      if (!whole) {
        delete(unfinished);
      }
    }
  }

  private static String reason(IOException e) {
    return e instanceof FileSystemException failure && failure.getReason() != null
        ? failure.getReason()
        : String.valueOf(e.getMessage());
  }

  private static void delete(Path unfinished) {
    try {
      Files.deleteIfExists(unfinished);
    } catch (IOException e) {
      // The failure to write is what the caller hears of.
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
