package org.attention4j.bench;

import static org.attention4j.bench.ReportFiles.number;

import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The results as files and as a table. */
final class Report {
  private static final List<String> HEADER =
      List.of("kind", "case", "peer", "ours_ms", "peer_ms", "ratio");

  /** What a picture has no room for. */
  private static final Pattern NAMES_AND_RATES =
      Pattern.compile("\\w+_(gflops|per_s)=\\S+ ?|\\w+=");

  private static final int WIDTH = 1400;
  private static final int HEIGHT = 900;
  private static final int LABEL_ANGLE = 90;

  private static final int LABEL_SIZE = 11;

  private Report() {}

  /** Writes {@code summary.csv} and {@code summary.png}. */
  static void write(Path directory, List<ComparisonResult> results) throws IOException {
    ReportFiles.write(
        directory, "summary", HEADER, results.stream().map(Report::row).toList(), chart(results));
  }

  private static List<Object> row(ComparisonResult result) {
    return List.of(
        result.kind(),
        result.subject(),
        result.peer(),
        number(result.oursMs()),
        number(result.peerMs()),
        number(result.ratio()));
  }

  private static CategoryChart chart(List<ComparisonResult> results) {
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
        .setYAxisMin(lowest(results))
        .setXAxisLabelRotation(LABEL_ANGLE)
        .setXAxisMaxLabelCount(results.size())
        .setLegendPosition(LegendPosition.InsideNE);
    chart.getStyler().setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, LABEL_SIZE));
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    List<String> cases = results.stream().map(Report::label).toList();
    chart.addSeries("ratio", cases, results.stream().map(ComparisonResult::ratio).toList());
    chart
        .addSeries("equal", cases, Collections.nCopies(cases.size(), 1.0))
        .setChartCategorySeriesRenderStyle(CategorySeriesRenderStyle.Line)
        .setMarker(SeriesMarkers.NONE);
    return chart;
  }

  /** Bars on a logarithmic axis start somewhere below all of them. */
  private static double lowest(List<ComparisonResult> results) {
    return results.stream().mapToDouble(ComparisonResult::ratio).reduce(1, Math::min) / 2;
  }

  private static String label(ComparisonResult result) {
    String sizes = NAMES_AND_RATES.matcher(result.subject()).replaceAll("");
    return sizes + " / " + result.peer();
  }

  /** The table that the README shows, in Markdown. */
  static String markdown(List<ComparisonResult> results) {
    StringBuilder table = new StringBuilder();
    table.append("| | peer | ours, ms | peer, ms | peer / ours |\n|---|---|---:|---:|---:|\n");
    for (ComparisonResult result : results) {
      table.append(
          String.format(
              Locale.ROOT,
              "| %s `%s` | %s | %s | %s | %.2f |%n",
              result.kind(),
              result.subject(),
              result.peer(),
              number(result.oursMs()),
              number(result.peerMs()),
              result.ratio()));
    }
    return table.toString();
  }
}
