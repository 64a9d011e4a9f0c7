package org.attention4j.monitor;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A text file that grows by whole lines: each addition is one write to the operating system and
 * nothing is held back, so that a run that is killed leaves only whole lines.
 */
final class AppendedFile implements AutoCloseable {
  private final Path path;
  private final OutputStream stream;

  /**
   * Opens the file, or makes it.
   *
   * @throws UncheckedIOException if it cannot be opened
   */
  AppendedFile(Path path) {
    this.path = path;
    try {
      Path folder = path.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      stream = Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("The metrics file '" + path + "' cannot be opened.", e);
    }
  }

  boolean isEmpty() {
    try {
      return Files.size(path) == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds lines, each with its end. */
  void append(CharSequence lines) {
    try {
      stream.write(lines.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("The metrics file '" + path + "' cannot be written.", e);
    }
  }

  @Override
  public void close() {
    try {
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
