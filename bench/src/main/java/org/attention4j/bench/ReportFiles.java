package org.attention4j.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.attention4j.internal.files.WholeFile;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.internal.chartpart.Chart;

/** What was measured as a table and a picture. */
final class ReportFiles {
  private ReportFiles() {}

  /**
   * Writes {@code NAME.csv} and {@code NAME.png}, each whole or not at all.
   *
   * @param directory where they go; made if it is not there
   * @param name the names of both, without their ends
   * @param header the names of the columns
   * @param rows the table
   * @param chart the picture
   */
  static void write(
      Path directory,
      String name,
      List<String> header,
      List<? extends List<?>> rows,
      Chart<?, ?> chart)
      throws IOException {
    Files.createDirectories(directory);
    CSVFormat format =
        CSVFormat.DEFAULT
            .builder()
            .setHeader(header.toArray(String[]::new))
            .setRecordSeparator('\n')
            .get();
    WholeFile.write(
        directory.resolve(name + ".csv"),
        beside -> {
          try (CSVPrinter csv = format.print(beside, StandardCharsets.UTF_8)) {
            for (List<?> row : rows) {
              csv.printRecord(row);
            }
          }
        });
    WholeFile.write(
        directory.resolve(name + ".png"),
        beside -> ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", beside.toFile()));
  }

  /** Milliseconds and ratios in tables. */
  static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }
}
