package org.attention4j.examples.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Takes pictures of a report in both widths and colours; not a test. */
final class ReportPicture {
  private ReportPicture() {}

  private static final int HEIGHT = 1500;

  /**
   * Writes report-1280-0.png and so on, one for each screen from top to bottom.
   *
   * @param arguments the page, the directory of the pictures, and the number of screens
   */
  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[1]);
    try (Browser browser = new Browser()) {
      for (boolean dark : List.of(false, true)) {
        for (int width : List.of(1280, 390)) {
          browser.show(Path.of(arguments[0]), width, HEIGHT, dark);
          for (int screen = 0; screen < Integer.parseInt(arguments[2]); screen++) {
            browser.run("scrollTo({ top: arguments[0], behavior: 'instant' })", screen * HEIGHT);
            browser.await(
                "charts.every((chart) => chart.chart || chart.plot.getBoundingClientRect().top >"
                    + " innerHeight || chart.plot.getBoundingClientRect().bottom < 0)");
            browser.picture(
                directory.resolve(
                    "report-%d%s-%d.png".formatted(width, dark ? "-dark" : "", screen)));
          }
        }
      }
    }
  }
}
