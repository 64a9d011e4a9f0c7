package org.attention4j.monitor.reporters;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file to which whole lines or records are appended. Each addition is one write to the operating
 * system and nothing is buffered, so a killed run leaves a file that can be read to its end. The
 * file has one writer at a time, in this JVM and among all processes that lock files.
 */
final class AppendedFile implements AutoCloseable {
  private final Path path;
  private final OutputStream stream;
  private final FileChannel lock;

  /**
   * Opens the file, or creates it.
   *
   * @throws UncheckedIOException if it cannot be opened
   * @throws IllegalStateException if another reporter writes to it
   */
  AppendedFile(Path path) {
    this.path = path;
    try {
      Path folder = path.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      stream = Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      lock = FileChannel.open(path, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The metrics file '%s' cannot be opened but must be a file in a folder that can be written to."
              .formatted(path),
          e);
    }
    if (!isLocked(lock)) {
      close();
      throw new IllegalStateException(
          "The metrics file '"
              + path
              + "' is being written by another reporter; give each its own file, or close the other"
              + " monitor first.");
    }
  }

  /** Locks a byte far after all content, so that others can read the file while it grows. */
  private static boolean isLocked(FileChannel channel) {
    try {
      return channel.tryLock(Long.MAX_VALUE - 1, 1, false) != null;
    } catch (OverlappingFileLockException e) {
      return false;
    } catch (IOException e) {
      return true; // a file system without locks
    }
  }

  /**
   * Whether a reporter writes to a file, which must exist.
   *
   * @throws IOException if it cannot be opened
   */
  static boolean isBeingWritten(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      return !isLocked(channel);
    }
  }

  boolean isEmpty() {
    try {
      return Files.size(path) == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Appends the first lines; the file is closed if that fails, as on a full disk.
   *
   * @throws UncheckedIOException if they cannot be written
   */
  void begin(CharSequence lines) {
    try {
      append(lines);
    } catch (UncheckedIOException e) {
      close();
      throw e;
    }
  }

  /** Appends lines, each with its line end. */
  void append(CharSequence lines) {
    append(lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Appends a record. */
  void append(byte[] record) {
    try {
      stream.write(record);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The metrics file '%s' cannot be written but must be on a disk with space left."
              .formatted(path),
          e);
    }
  }

  @Override
  public void close() {
    try (lock) {
      stream.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return "to " + path;
  }
}
