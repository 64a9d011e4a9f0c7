package org.attention4j.examples.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path directory;

  @Test
  void aFileThatCannotBeWrittenLeavesNothingBeside() throws IOException {
    Path taken = Files.createDirectories(directory.resolve("taken"));
    Files.writeString(taken.resolve("inside"), "");

    assertThatThrownBy(() -> AtomicFile.write(taken, new byte[] {1}))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("taken cannot be written: ");

    assertThat(directory.toFile().list()).containsExactly("taken");
  }
}
