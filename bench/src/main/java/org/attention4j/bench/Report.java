package org.attention4j.bench;

import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The outcomes as files and as a table. */
final class Report {
  private static final CSVFormat FORMAT =
      CSVFormat.DEFAULT
          .builder()
          .setHeader("kind", "case", "peer", "ours_ms", "peer_ms", "ratio")
          .setRecordSeparator('\n')
          .get();

  /** What a picture has no room for. */
  private static final Pattern NAMES_AND_RATES = Pattern.compile("\\w+_gflops=\\S+ ?|\\w+=");

  private static final int WIDTH = 1400;
  private static final int HEIGHT = 900;
  private static final int LABEL_ANGLE = 90;

  private static final int LABEL_SIZE = 11;

  private Report() {}

  /** Writes {@code summary.csv} and {@code summary.png}. */
  static void write(Path directory, List<Outcome> outcomes) throws IOException {
    Files.createDirectories(directory);
    try (CSVPrinter csv = FORMAT.print(directory.resolve("summary.csv"), StandardCharsets.UTF_8)) {
      for (Outcome outcome : outcomes) {
        csv.printRecord(
            outcome.kind(),
            outcome.subject(),
            outcome.peer(),
            number(outcome.oursMs()),
            number(outcome.peerMs()),
            number(outcome.ratio()));
      }
    }
    ImageIO.write(
        BitmapEncoder.getBufferedImage(chart(outcomes)),
        "png",
        directory.resolve("summary.png").toFile());
  }

  private static CategoryChart chart(List<Outcome> outcomes) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("How many times as long the peer takes")
            .yAxisTitle("peer / ours")
            .build();
    chart
        .getStyler()
        .setYAxisLogarithmic(true)
        .setYAxisMin(lowest(outcomes))
        .setXAxisLabelRotation(LABEL_ANGLE)
        .setXAxisMaxLabelCount(outcomes.size())
        .setLegendPosition(LegendPosition.InsideNE);
    chart.getStyler().setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, LABEL_SIZE));
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    List<String> cases = outcomes.stream().map(Report::label).toList();
    chart.addSeries("ratio", cases, outcomes.stream().map(Outcome::ratio).toList());
    chart
        .addSeries("equal", cases, Collections.nCopies(cases.size(), 1.0))
        .setChartCategorySeriesRenderStyle(CategorySeriesRenderStyle.Line)
        .setMarker(SeriesMarkers.NONE);
    return chart;
  }

  /** Bars on a logarithmic axis start somewhere below all of them. */
  private static double lowest(List<Outcome> outcomes) {
    return outcomes.stream().mapToDouble(Outcome::ratio).reduce(1, Math::min) / 2;
  }

  private static String label(Outcome outcome) {
    String sizes = NAMES_AND_RATES.matcher(outcome.subject()).replaceAll("");
    return sizes + " / " + outcome.peer();
  }

  /** The table that the README shows, in Markdown. */
  static String markdown(List<Outcome> outcomes) {
    StringBuilder table = new StringBuilder();
    table.append("| | peer | ours, ms | peer, ms | peer / ours |\n|---|---|---:|---:|---:|\n");
    for (Outcome outcome : outcomes) {
      table.append(
          String.format(
              Locale.ROOT,
              "| %s `%s` | %s | %s | %s | %.2f |%n",
              outcome.kind(),
              outcome.subject(),
              outcome.peer(),
              number(outcome.oursMs()),
              number(outcome.peerMs()),
              outcome.ratio()));
    }
    return table.toString();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }
}
