package org.attention4j.internal.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writes a file that is there whole or not at all: beside it first, then in its stead. */
public final class WholeFile {
  private WholeFile() {}

  /** Writes what the file will hold. */
  @FunctionalInterface
  public interface Content {
    /**
     * Writes it.
     *
     * @param beside the file to create
     * @throws IOException if it cannot be written
     */
    void writeTo(Path beside) throws IOException;
  }

  /**
   * Creates or replaces a file.
   *
   * @param file the file; what a link points to is replaced, not the link
   * @param content its content
   * @throws IOException if it cannot be written, which names the file and the reason; an existing
   *     file is as it was
   */
  public static void write(Path file, Content content) throws IOException {
    Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    if (Files.isDirectory(target)) {
      throw new FileSystemException(file.toString(), null, "must be a file, not a directory");
    }
    Path folder = target.getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      throw new NoSuchFileException(
          file.toString(), null, "must be in a directory, and there is no " + folder);
    }
    // not with the file's own name, which may be as long as a name can be
    Path beside = target.resolveSibling(".attention4j-" + UUID.randomUUID() + ".tmp");
    try {
      content.writeTo(beside);
      try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      replace(target, beside);
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  private static void replace(Path target, Path beside) throws IOException {
    try {
      Files.move(
          beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
