package org.attention4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a study leaves in its directory. */
public final class StudyFiles {
  private StudyFiles() {}

  public static long rows(Path directory, String file) throws IOException {
    return Files.readAllLines(directory.resolve(file)).size() - 1L;
  }

  public static void assertPage(Path directory, String... expected) throws IOException {
    assertThat(Files.readString(directory.resolve("report.html"))).contains(expected);
    assertThat(directory)
        .isDirectoryContaining("glob:**/*.png")
        .isDirectoryNotContaining("glob:**/*.tmp");
  }
}
