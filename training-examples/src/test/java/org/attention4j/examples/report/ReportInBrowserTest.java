package org.attention4j.examples.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.internal.chartpart.Chart;

/** The charts of a report in a browser; skipped where there is none. */
final class ReportInBrowserTest {
  private static final String INJECTED = "</script><script>window.injected = 1</script>";
  private static final double[] STEPS = IntStream.rangeClosed(1, 150).asDoubleStream().toArray();
  private static final double[] RATES = {0.01, 0.1, 1, 10};
  private static final double[] LENGTHS = {32, 64, 128, 256, 512};

  @TempDir private Path directory;

  /** The curves of a training that begins far above where it ends. */
  private static LineChart losses() {
    return new LineChart("Training loss", "step", "bits per character")
        .small()
        .yRange(3, 4)
        .line("softmax", 0, STEPS, losses(3.2), losses(3.1), losses(3.4))
        .line(INJECTED, 8, STEPS, losses(3.5))
        .guide("bigram", new double[] {1, 150}, new double[] {3.46, 3.46});
  }

  private static double[] losses(double end) {
    return DoubleStream.of(STEPS).map(step -> end + 4 * Math.exp(-step / 8)).toArray();
  }

  private static LineChart rates() {
    return new LineChart("Largest rate", "T", "learning rate")
        .small()
        .logX()
        .logY()
        .line("sgd", 0, RATES, new double[] {0.002, 0.03, 0.4, 5}, RATES, RATES)
        .line("adam", 1, RATES, new double[] {Double.NaN, 0, 0.01, 0.02});
  }

  private static LineChart lengths() {
    return new LineChart("Accuracy", "L", "accuracy")
        .powersOfTwoX()
        .yRange(0, 1)
        .line("softmax", 0, LENGTHS, new double[] {1, 0.99, 0.9, 0.7, 0.5});
  }

  private static Drawing spreads() {
    return new Drawing() {
      @Override
      public Chart<?, ?> draw(Theme theme) {
        return lengths().draw(theme);
      }

      @Override
      public Plot plot() {
        double[] at = {0, 1, 2};
        return new Plot(
            "Validation",
            new Plot.Axis(
                "",
                Plot.Scale.NAMES,
                new double[0],
                List.of("softmax", "adaptive-temperature", "scaled-by-log-length")),
            Plot.Axis.of("bits", Plot.Scale.LINEAR),
            List.of(
                points("first", 0, at, new double[] {2.5, 2.75, 2.625}),
                points("second", 1, at, new double[] {2.25, Double.NaN, 2.125})));
      }
    };
  }

  private static Plot.Curve points(String name, int color, double[] x, double[] y) {
    return new Plot.Curve(
        name,
        Plot.Style.POINTS,
        OptionalInt.of(color),
        x,
        y,
        DoubleStream.of(y).map(mean -> mean - 0.25).toArray(),
        DoubleStream.of(y).map(mean -> mean + 0.25).toArray());
  }

  private Path page() {
    Table table =
        new Table("", List.of("a", "b"), List.of(Table.Row.ofCurve(1, List.of("c", "1"))));
    return new Report(
            "A run",
            "What was done.",
            List.of(
                Section.of(
                    "Charts",
                    Gallery.of(
                        List.of(
                            new Figure("losses", "Loss.", losses()),
                            new Figure("rates", "Rates.", rates())),
                        table),
                    Gallery.of(new Figure("lengths", "Lengths.", lengths())),
                    Gallery.of(new Figure("spreads", "Spreads.", spreads())))),
            Map.of("Command", "java -jar attention4j-examples.jar compare"))
        .write(directory);
  }

  private static void show(Browser browser, Path page, int width, boolean dark) {
    browser.show(page, width, 3000, dark);
    browser.await("charts.length === 4 && charts.every((chart) => chart.chart)");
  }

  /** The middle of the plot, right of the labels. */
  private static double[] at(Browser browser, int chart, double x, double y) throws IOException {
    JsonNode pixels =
        browser.json(
            "charts[%d].chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [%s, %s])"
                .formatted(chart, x, y));
    return new double[] {pixels.get(0).asDouble(), pixels.get(1).asDouble()};
  }

  private static String tip(Browser browser, int chart) {
    browser.await(
        "[...charts[%d].plot.querySelectorAll('.tip')].some((tip) => getComputedStyle(tip.parentElement).visibility === 'visible')"
            .formatted(chart));
    return String.valueOf(
        browser.run("return charts[%d].plot.querySelector('.tip').innerText".formatted(chart)));
  }

  @Test
  void fitsEveryScreenInBothColours() throws IOException {
    Path page = page();
    try (Browser browser = new Browser()) {
      for (boolean dark : new boolean[] {false, true}) {
        for (int width : new int[] {390, 1280}) {
          show(browser, page, width, dark);
          assertThat(browser.json("document.documentElement.scrollWidth").asInt())
              .isLessThanOrEqualTo(width);
          assertThat(
                  browser
                      .json(
                          "charts.every((chart) => chart.figure.scrollWidth <="
                              + " chart.figure.clientWidth)")
                      .asBoolean())
              .isTrue();
          assertThat(
                  browser
                      .json(
                          "[...document.images].every((image) =>"
                              + " image.getBoundingClientRect().width === 0)")
                      .asBoolean())
              .as("charts in place of pictures")
              .isTrue();
          assertThat(browser.json("css('c1')").asText())
              .isEqualTo((dark ? Theme.DARK : Theme.LIGHT).curve(1));
          assertThat(browser.json("charts[0].chart.getOption().series[3].lineStyle.color").asText())
              .isEqualTo((dark ? Theme.DARK : Theme.LIGHT).curve(0));
        }
      }
      assertThat(browser.json("window.injected === undefined").asBoolean()).isTrue();
      assertThat(browser.requests()).isEmpty();
      assertThat(browser.console()).isEmpty();
    }
  }

  @Test
  void axesHoldEveryPointThatIsShown() throws IOException {
    Path page = page();
    try (Browser browser = new Browser()) {
      show(browser, page, 1280, false);
      for (int chart = 0; chart < 4; chart++) {
        JsonNode height = browser.json("charts[%d].extent().y".formatted(chart));
        JsonNode drawn =
            browser.json(
                """
                charts[%1$d].curves.flatMap((curve) => curve.points.flatMap((point) =>
                  [point.at[1], ...(point.spread ?? []).map((end) => charts[%1$d].y.place(end))]))
                """
                    .formatted(chart));
        assertThat(drawn.size()).isGreaterThan(3);
        for (JsonNode place : drawn) {
          assertThat(place.asDouble())
              .isBetween(height.get(0).asDouble(), height.get(1).asDouble());
        }
      }
    }
  }

  @Test
  void hoveringShowsTheNumbers() throws IOException {
    Path page = page();
    try (Browser browser = new Browser()) {
      show(browser, page, 1280, false);
      double[] point = at(browser, 0, 20, 4);
      browser.hover("charts[0].plot", point[0], point[1]);
      double loss = losses(3.2)[19];
      assertThat(tip(browser, 0))
          .contains("step 20", INJECTED, "softmax")
          .contains(String.format("%.3f", loss))
          .contains(String.format("%.3f … %.3f", losses(3.1)[19], losses(3.4)[19]))
          .doesNotContain("bigram");
      // T = 0.1, at the logarithm of which the axis has it; adam has no point there.
      point = at(browser, 1, -1, 0);
      browser.hover("charts[1].plot", point[0], point[1]);
      assertThat(tip(browser, 1)).contains("T 0.1", "sgd", "0.03").doesNotContain("adam");
      point = at(browser, 2, 7, 0.5);
      browser.hover("charts[2].plot", point[0], point[1]);
      assertThat(tip(browser, 2)).contains("L 128", "0.9");
      point = at(browser, 3, 2, 2.5);
      browser.hover("charts[3].plot", point[0], point[1]);
      assertThat(tip(browser, 3))
          .contains("scaled-by-log-length", "2.625", "2.375 … 2.875", "2.125", "1.875 … 2.375");
      assertThat(browser.console()).isEmpty();
    }
  }

  @Test
  void theLegendHidesCurves() throws IOException {
    Path page = page();
    String names = "charts[0].chart.getOption().series.map((series) => series.name)";
    String pressed = "charts[0].legend.children[0].getAttribute('aria-pressed')";
    try (Browser browser = new Browser()) {
      show(browser, page, 1280, false);
      assertThat(browser.json(names).toString()).contains("softmax", "bigram");
      double before = browser.json("charts[0].extent().y[1]").asDouble();
      browser.run("charts[0].legend.children[0].click()");
      assertThat(browser.json(names).toString()).contains("bigram").doesNotContain("softmax");
      assertThat(browser.json(pressed).asText()).isEqualTo("false");
      browser.run("charts[0].legend.children[1].click()");
      assertThat(browser.json("charts[0].extent().y[1]").asDouble())
          .as("the axis holds what is still shown")
          .isLessThan(4.1)
          .isLessThan(before);
      browser.run("charts[0].legend.children[0].click()");
      assertThat(browser.json(names).toString()).contains("softmax");
      assertThat(browser.json(pressed).asText()).isEqualTo("true");
      assertThat(browser.console()).isEmpty();
    }
  }

  @Test
  void draggingZoomsAndTheButtonResets() throws IOException {
    Path page = page();
    try (Browser browser = new Browser()) {
      show(browser, page, 1280, false);
      JsonNode all = browser.json("charts[0].extent()");
      assertThat(browser.json("charts[0].reset.hidden").asBoolean()).isTrue();
      double[] from = at(browser, 0, 50, 5);
      double[] to = at(browser, 0, 100, 3.5);
      browser.drag("charts[0].plot", from[0], from[1], to[0], to[1]);
      JsonNode part = browser.json("charts[0].extent()");
      assertThat(part.get("x").get(0).asDouble()).isCloseTo(50, within(1.0));
      assertThat(part.get("x").get(1).asDouble()).isCloseTo(100, within(1.0));
      assertThat(part.get("y").get(0).asDouble()).isCloseTo(3.5, within(0.1));
      assertThat(part.get("y").get(1).asDouble()).isCloseTo(5, within(0.1));
      assertThat(browser.json("charts[0].chart.getOption().xAxis[0].max").asDouble())
          .isEqualTo(part.get("x").get(1).asDouble());
      browser.run("charts[0].reset.click()");
      assertThat(browser.json("charts[0].extent()")).isEqualTo(all);
      assertThat(browser.json("charts[0].reset.hidden").asBoolean()).isTrue();
      // Sideways: heights stay as they are. A short part of a logarithmic axis has labels, too.
      from = at(browser, 1, -0.2, 0);
      to = at(browser, 1, 0.2, 0);
      JsonNode before = browser.json("charts[1].extent()");
      browser.drag("charts[1].plot", from[0], from[1], to[0], to[1]);
      JsonNode after = browser.json("charts[1].extent()");
      assertThat(after.get("y")).isEqualTo(before.get("y"));
      assertThat(after.get("x").get(0).asDouble()).isCloseTo(-0.2, within(0.05));
      assertThat(
              browser
                  .json("charts[1].x.ticks(...charts[1].extent().x, 4).map((tick) => tick.label)")
                  .toString())
          .contains("1");
      assertThat(browser.console()).isEmpty();
    }
  }

  @Test
  void picturesStandInWhereScriptsAreOff() throws IOException {
    Path page = page();
    try (Browser browser = new Browser()) {
      browser.scripts(false);
      browser.show(page, 390, 900, true);
      browser.scripts(true);
      assertThat(
              browser
                  .json(
                      "[...document.images].map((image) => image.complete && image.naturalWidth > 0"
                          + " && image.getBoundingClientRect().width > 200)")
                  .toString())
          .isEqualTo("[true,true,true,true]");
      assertThat(browser.json("document.querySelectorAll('.plot').length").asInt()).isZero();
      assertThat(browser.json("document.documentElement.scrollWidth").asInt())
          .isLessThanOrEqualTo(390);
      String picture = System.getProperty("report.picture");
      if (picture != null) {
        browser.picture(Path.of(picture));
      }
    }
  }

  /** Labels are where they say, whatever part of an axis is shown. */
  @Test
  void ticksStandAtTheirNumbers() throws IOException {
    Path page = page();
    try (Browser browser = new Browser()) {
      show(browser, page, 1280, false);
      for (String axis :
          List.of(
              "SCALES.linear, -3.2, 17.9",
              "SCALES.linear, 2.2791, 2.2803",
              "SCALES.linear, 1e6, 3e6",
              "SCALES.log10, -4.3, 2.1",
              "SCALES.log10, -14, 20",
              "SCALES.log10, -0.4, 0.9",
              "SCALES.log10, 0.31, 0.36",
              "SCALES.log2, 5, 9",
              "SCALES.log2, 6.2, 6.7")) {
        JsonNode ticks =
            browser.json(
                """
                (([scale, low, high]) => scale.ticks(low, high, 5).map((tick) => [tick.place,
                  scale.place(Number(tick.label.replaceAll(",", "").replaceAll("−", "-"))), low, high]))([%s])
                """
                    .formatted(axis));
        assertThat(ticks.size()).as(axis).isBetween(2, 12);
        for (JsonNode tick : ticks) {
          assertThat(tick.get(0).asDouble())
              .as(axis)
              .isBetween(tick.get(2).asDouble() - 1e-9, tick.get(3).asDouble() + 1e-9)
              .isCloseTo(tick.get(1).asDouble(), within(1e-6 * Math.abs(tick.get(3).asDouble())));
        }
      }
    }
  }
}
