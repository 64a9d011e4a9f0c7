package org.attention4j.bench;

import static org.attention4j.bench.ReportFiles.number;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Speed by sparsity as files and lines. */
final class SparsityReport {
  private static final List<String> HEADER =
      List.of("map", "setting", "zeros", "softmax_ms", "ours_ms", "ratio");

  private static final int WIDTH = 900;
  private static final int HEIGHT = 560;
  private static final int PERCENT = 100;
  private static final float DASH = 6;

  private SparsityReport() {}

  /** One line for each map: from which share of zeros on it is as fast as softmax. */
  static List<String> breakEvens(List<SparsityPoint> points) {
    return curves(points).entrySet().stream()
        .map(curve -> "BREAK-EVEN map=%s zeros=%s".formatted(curve.getKey(), breakEven(curve)))
        .toList();
  }

  /** Writes {@code sparsity.csv} and {@code sparsity.png}. */
  static void write(Path directory, List<SparsityPoint> points) throws IOException {
    ReportFiles.write(
        directory,
        "sparsity",
        HEADER,
        points.stream().map(SparsityReport::row).toList(),
        chart(points));
  }

  private static List<Object> row(SparsityPoint point) {
    return List.of(
        point.map(),
        point.setting(),
        String.format(Locale.ROOT, "%.4f", point.zeros()),
        number(point.softmaxMs()),
        number(point.oursMs()),
        number(point.ratio()));
  }

  private static XYChart chart(List<SparsityPoint> points) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Speed by sparsity, forward and backward")
            .xAxisTitle("weights that are zero, %")
            .yAxisTitle("time of softmax / time of the map")
            .build();
    chart
        .getStyler()
        .setXAxisMin(0.0)
        .setXAxisMax((double) PERCENT)
        .setYAxisMin(0.0)
        .setXAxisDecimalPattern("0")
        .setYAxisDecimalPattern("0.0")
        .setLegendPosition(LegendPosition.InsideNW);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    curves(points).entrySet().forEach(curve -> add(chart, curve));
    chart
        .addSeries("as fast as softmax", new double[] {0, PERCENT}, new double[] {1, 1})
        .setMarker(SeriesMarkers.NONE)
        .setLineColor(Color.GRAY)
        .setLineStyle(
            new BasicStroke(
                1, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {DASH, DASH}, 0));
    return chart;
  }

  private static void add(XYChart chart, Map.Entry<String, List<SparsityPoint>> curve) {
    List<SparsityPoint> points =
        curve.getValue().stream().sorted(Comparator.comparingDouble(SparsityPoint::zeros)).toList();
    chart
        .addSeries(
            "%s, break-even: %s".formatted(curve.getKey(), breakEven(curve)),
            points.stream().mapToDouble(point -> PERCENT * point.zeros()).toArray(),
            points.stream().mapToDouble(SparsityPoint::ratio).toArray())
        .setMarker(SeriesMarkers.CIRCLE);
  }

  private static String breakEven(Map.Entry<String, List<SparsityPoint>> curve) {
    var share = SparsityPoint.breakEven(curve.getValue());
    return share.isPresent() ? SparsityPoint.percent(share.getAsDouble()) : "none";
  }

  private static Map<String, List<SparsityPoint>> curves(List<SparsityPoint> points) {
    return points.stream()
        .collect(
            Collectors.groupingBy(SparsityPoint::map, LinkedHashMap::new, Collectors.toList()));
  }
}
