package org.attention4j.examples.report;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.commons.csv.CSVFormat;
import org.attention4j.examples.support.AtomicFile;

/** Rows of values, written as a CSV file in one go. */
public final class Csv {
  private static final CSVFormat FORMAT =
      CSVFormat.DEFAULT.builder().setRecordSeparator('\n').get();

  private final StringBuilder content = new StringBuilder();
  private final int columns;

  /**
   * Begins a file.
   *
   * @param headings the names of the columns
   */
  public Csv(String... headings) {
    columns = headings.length;
    row((Object[]) headings);
  }

  /**
   * Adds a row.
   *
   * @param values one for each column; numbers are written with all their digits, and nothing for
   *     NaN
   * @return this
   * @throws IllegalArgumentException if there are more or fewer values than columns
   */
  public Csv row(Object... values) {
    if (values.length != columns) {
      throw new IllegalArgumentException(
          "A row has %d values but there are %d columns.".formatted(values.length, columns));
    }
    Object[] written = values.clone();
    for (int i = 0; i < written.length; i++) {
      if (written[i] instanceof Double number && number.isNaN()) {
        written[i] = "";
      }
    }
    content.append(FORMAT.format(written)).append('\n');
    return this;
  }

  /**
   * Writes the file.
   *
   * @param file replaced if it exists
   */
  public void write(Path file) {
    AtomicFile.write(file, content.toString().getBytes(StandardCharsets.UTF_8));
  }
}
