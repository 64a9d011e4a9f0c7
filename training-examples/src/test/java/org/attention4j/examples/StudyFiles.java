package org.attention4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.attention4j.examples.report.PageCharts;

/** What a study leaves in its directory. */
public final class StudyFiles {
  private StudyFiles() {}

  public static long rows(Path directory, String file) throws IOException {
    return Files.readAllLines(directory.resolve(file)).size() - 1L;
  }

  public static List<CSVRecord> read(Path file) throws IOException {
    CSVFormat format = CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).get();
    try (CSVParser parser = CSVParser.parse(file, StandardCharsets.UTF_8, format)) {
      return parser.getRecords();
    }
  }

  public static void assertPage(Path directory, String... expected) throws IOException {
    String html = Files.readString(directory.resolve("report.html"));
    assertThat(html).contains(expected);
    PageCharts.assertSelfContained(html);
    assertThat(directory)
        .isDirectoryContaining("glob:**/*.png")
        .isDirectoryNotContaining("glob:**/*.tmp");
  }
}
