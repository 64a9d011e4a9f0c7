package org.attention4j.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file is the old or the new one, never a part, and nothing is left beside it. */
final class WholeFileTest {
  @TempDir private Path directory;

  @Test
  void replacesOnlyOnceComplete() throws IOException {
    Path file = directory.resolve("file");
    Files.writeString(file, "old");
    WholeFile.write(
        file,
        beside -> {
          Files.writeString(beside, "new");
          assertThat(file).hasContent("old");
        });
    assertThat(file).hasContent("new");
    assertThat(directory).isDirectoryContaining(path -> path.equals(file));
    assertThat(directory.toFile().list()).hasSize(1);
  }

  /** File systems take names of 255 bytes. */
  @Test
  void takesTheLongestName() throws IOException {
    Path file = directory.resolve("f".repeat(255));
    WholeFile.write(file, beside -> Files.writeString(beside, "new"));
    assertThat(file).hasContent("new");
  }

  @Test
  void keepsTheOldFileIfWritingFails() throws IOException {
    Path file = directory.resolve("file");
    Files.writeString(file, "old");
    assertThatThrownBy(
            () ->
                WholeFile.write(
                    file,
                    beside -> {
                      Files.writeString(beside, "half");
                      throw new IOException("full");
                    }))
        .hasMessage("full");
    assertThat(file).hasContent("old");
    assertThat(directory.toFile().list()).hasSize(1);
    assertThatThrownBy(() -> WholeFile.write(directory, beside -> Files.createFile(beside)))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("must be a file, not a directory");
    assertThat(directory.toFile().list()).hasSize(1);
  }
}
