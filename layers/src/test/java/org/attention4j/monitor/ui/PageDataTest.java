package org.attention4j.monitor.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.metrics.MetricDescription;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.reporters.LayerReport;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.monitor.reporters.Reporters;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.openqa.selenium.By;

/** The page in a browser with runs that were never trained: long, extreme, broken ones. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PageDataTest {
  private static final String CHART = "echarts.getInstanceByDom(document.getElementById('%s'))";
  private static final String HOSTILE = "hostile";
  private static final String LONG = "long";
  private static final int SNAPSHOTS = 20_000;

  private final InMemoryStatsStorage storage = new InMemoryStatsStorage();
  private Browser browser;
  private URI page;

  private static MetricRecord measured(int iteration, int head, Map<String, Double> metrics) {
    return new MetricRecord(iteration, 0, "att", head, metrics);
  }

  private static HeadProbe weights(int head) {
    List<AttentionRow> rows = new ArrayList<>();
    for (int example : new int[] {3, 11}) {
      for (int query : new int[] {1, 4, 6}) {
        int[] keys = IntStream.rangeClosed(0, query).toArray();
        double[] p =
            IntStream.of(keys).mapToDouble(key -> (example + key + head) / 100.0).toArray();
        rows.add(
            new AttentionRow(
                example,
                query,
                keys,
                p,
                p,
                () -> new double[0][],
                null,
                null,
                OptionalDouble.empty(),
                null));
      }
    }
    return new HeadProbe("att", head, rows, Map.of(), Map.of());
  }

  @BeforeAll
  void store() throws IOException {
    browser = new Browser();
    Reporter longRun = Reporters.statsStorage(storage, LONG);
    for (int i = 0; i < SNAPSHOTS; i++) {
      double value = i == 12_345 ? 1000 : Math.sin(i / 500.0);
      longRun.report(
          List.of(
              measured(i, 0, Map.of("entropy", value)), measured(i, 1, Map.of("entropy", -value))));
    }
    Reporter hostile = Reporters.statsStorage(storage, HOSTILE);
    double[] numbers = {0, -1.234567e-7, 9.87654321e11, 1e-9, Double.NaN, -4.321e-4, 1 / 0.0, 7};
    for (int i = 0; i < numbers.length; i++) {
      List<MetricRecord> records = new ArrayList<>();
      for (int head = 0; head < 2; head++) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (MetricDescription metric : MetricDescription.all()) {
          metrics.put(metric.name().replace("<name>", "Wq"), head == 0 ? numbers[i] : -1.234e-7);
        }
        metrics.put("zero", 0.0);
        metrics.put("withZero", i == 3 ? 0.0 : Math.pow(10, i));
        metrics.put("negative", -Math.pow(10, i));
        records.add(measured(i, head, metrics));
      }
      hostile.reportLayer(new LayerReport(1, List.of(weights(0), weights(1)), records));
      hostile.alarm(new Alarm("rule", i, "att", 0, "entropy", 1, "cause", "suggestion"));
    }
    page = AttentionPage.start(storage, 0);
  }

  @AfterAll
  void stop() throws IOException {
    AttentionPage.stop();
    if (browser != null) {
      assertThat(browser.console()).isEmpty();
      browser.close();
    }
  }

  private void show(String session, String metric, String scale, int width) {
    browser.show(
        URI.create(page + "#session=" + session + "&metric=" + metric + "&scale=" + scale),
        width,
        900,
        false);
    browser.await(
        "document.body.dataset.metric === '%s' && document.getElementById('session').value === '%s'"
            .formatted(metric, session));
  }

  private List<Double> drawn(int head) throws IOException {
    List<Double> heights = new ArrayList<>();
    JsonNode series = browser.json(CHART.formatted("lines") + ".getOption().series");
    for (JsonNode point : series.get(1 + head).path("data")) {
      heights.add(point.get(1).isNull() ? null : point.get(1).doubleValue());
    }
    return heights;
  }

  @Test
  void aLogarithmicScaleHasAPlaceForEveryNumber() throws IOException {
    show(HOSTILE, "withZero", "log", 1280);
    assertThat(drawn(0)).containsExactly(1.0, 2.0, 3.0, 0.0, 5.0, 6.0, 7.0, 8.0);
    JsonNode extent =
        browser.json(
            CHART.formatted("lines")
                + ".getModel().getComponent('yAxis', 1).axis.scale.getExtent()");
    assertThat(extent.get(0).doubleValue()).isZero();
    assertThat(extent.get(1).doubleValue()).isEqualTo(8);
    show(HOSTILE, "negative", "log", 1280);
    assertThat(drawn(0)).containsExactly(-1.0, -2.0, -3.0, -4.0, -5.0, -6.0, -7.0, -8.0);
    show(HOSTILE, "zero", "log", 1280);
    assertThat(drawn(0)).containsOnly(0.0).hasSize(8);
    show(HOSTILE, "maxLogit", "log", 1280);
    // Unit 1e-9: 0, −1.2e-7, 9.9e11, 1e-9, NaN, −4.3e-4, ∞, 7.
    List<Double> heights = drawn(0);
    assertThat(heights.get(0)).isZero();
    assertThat(heights.get(1)).isCloseTo(-(Math.log10(1.234567e-7) + 10), within(1e-9));
    assertThat(heights.get(2)).isCloseTo(Math.log10(9.87654321e11) + 10, within(1e-9));
    assertThat(heights.get(3)).isCloseTo(1, within(1e-9));
    assertThat(heights.get(4)).isNull();
    assertThat(heights.get(6)).isNull();
    assertThat(heights.get(7)).isCloseTo(Math.log10(7) + 10, within(1e-9));
    assertThat(painted("lines")).isTrue();
    show(HOSTILE, "negative", "linear", 1280);
    assertThat(drawn(1).get(7)).isEqualTo(-1e7);
  }

  /** Whether a line of the first head's colour is to be seen. */
  private boolean painted(String chart) {
    return Boolean.TRUE.equals(
        browser.run(
            """
            const canvas = document.querySelector('#%s canvas');
            const pixels = canvas.getContext('2d').getImageData(0, 130, canvas.width, canvas.height - 130).data;
            let found = 0;
            for (let i = 0; i < pixels.length; i += 4)
              if (pixels[i] < 40 && Math.abs(pixels[i + 1] - 114) < 25 && Math.abs(pixels[i + 2] - 178) < 25) found++;
            return found > 50;
            """
                .formatted(chart)));
  }

  @Test
  void noTextOfATileIsCut() {
    for (int width : new int[] {1280, 390}) {
      for (String metric :
          List.of("maxLogit", "gradientNorm.Wq", "jacobianFrobenius", "negative")) {
        show(HOSTILE, metric, "linear", width);
        browser.await("innerWidth === " + width);
        assertThat(
                browser.run(
                    """
                    return [...document.querySelectorAll('.tile, .tile *')]
                      .filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline'
                        || e.getBoundingClientRect().right > e.closest('.tile').getBoundingClientRect().right)
                      .map((e) => e.textContent).join('; ');
                    """))
            .as("%s at %s", metric, width)
            .isEqualTo("");
        assertThat(browser.run("return document.scrollingElement.scrollWidth <= innerWidth"))
            .isEqualTo(true);
      }
    }
  }

  @Test
  void everyMetricHasItsLabelAndText() throws IOException {
    show(HOSTILE, "topCount", "linear", 1280);
    assertThat(browser.text("tile-metric-name")).isEqualTo("Size N of the top");
    assertThat(browser.text("metric-text")).isEqualTo(MetricDescription.of("topCount").text());
    List<String> groups = new ArrayList<>();
    browser
        .json("[...document.querySelectorAll('#metric optgroup')].map((group) => group.label)")
        .forEach(group -> groups.add(group.asText()));
    assertThat(groups)
        .containsExactly(
            "Spread",
            "Position",
            "Redundancy",
            "Logits",
            "Normalizer",
            "Gradients",
            "Updates",
            "Faults",
            "Separation",
            "Vectors",
            "Jacobian",
            "Other");
    for (JsonNode option :
        browser.json(
            "[...document.querySelectorAll('#metric option')].map((o) => [o.value, o.text])")) {
      assertThat(option.get(1).asText())
          .isEqualTo(MetricDescription.of(option.get(0).asText()).label());
    }
  }

  @Test
  void eachExampleHasAMapOfItsOwn() throws IOException {
    show(HOSTILE, "entropy", "linear", 1280);
    browser.await("document.getElementById('weights').dataset.layer === 'att'");
    for (int head = 0; head < 2; head++) {
      String chart =
          "echarts.getInstanceByDom(document.querySelectorAll('#weights .chart')[%d]).getOption()"
              .formatted(head);
      List<String> titles = new ArrayList<>();
      browser.json(chart + ".title").forEach(title -> titles.add(title.path("text").asText()));
      assertThat(titles).containsExactly("example 3", "example 11");
      JsonNode series = browser.json(chart + ".series");
      assertThat(series).hasSize(2);
      for (int i = 0; i < 2; i++) {
        JsonNode data = series.get(i).path("data");
        assertThat(data).hasSize(2 + 5 + 7);
        JsonNode last = data.get(13);
        assertThat(last.get(0).asInt()).isEqualTo(6);
        assertThat(last.get(1).asInt()).isEqualTo(2);
        assertThat(last.get(2).asDouble())
            .isCloseTo(((i == 0 ? 3 : 11) + 6 + head) / 100.0, within(1e-7));
      }
    }
  }

  @Test
  void aLongRunIsShownInColumnsAndThePageSaysSo() throws IOException {
    show(LONG, "entropy", "linear", 1280);
    assertThat(browser.text("tile-iteration")).isEqualTo("19,999");
    assertThat(browser.text("tile-epoch")).isEqualTo("epoch 0, 20,000 snapshots");
    assertThat(browser.text("span"))
        .matches(
            "20,000 snapshots in [0-9]{3} columns of up to [0-9]+: lines join the least and the"
                + " greatest value of each column, the heat map shows its mean\\.");
    assertThat(drawn(0)).contains(1000.0).hasSizeLessThanOrEqualTo(2 * Columns.CHART);
    assertThat(drawn(1)).contains(-1000.0);
    // The map's scale is that of what it shows, the means: 1000 among 63 others.
    assertThat(browser.text("map-scale")).matches("(?s)−1[0-9](\\.[0-9]+)?\\s+1[0-9](\\.[0-9]+)?");
    assertThat(
            (Long)
                browser.run(
                    "return performance.getEntriesByType('resource').filter((e) =>"
                        + " e.name.includes('/attention/data')).reduce((m, e) => Math.max(m,"
                        + " e.decodedBodySize), 0)"))
        .isLessThan(200_000);
    assertThat(browser.driver.findElements(By.cssSelector("#table tbody tr"))).isEmpty();
    browser.run("document.getElementById('table-box').open = true");
    browser.await("document.querySelectorAll('#table tbody tr').length === 2");
    assertThat(browser.text("table")).contains("1,000", "−1,000");
    show(HOSTILE, "entropy", "linear", 1280);
    assertThat(browser.element("span").isDisplayed()).isFalse();
  }

  /** Pictures for who wants to see them, where the system property says. */
  @Test
  void pictures() throws IOException {
    String directory = System.getProperty("attention4j.pictures");
    if (directory != null) {
      Files.createDirectories(Path.of(directory));
      for (int width : new int[] {1280, 390}) {
        for (String session : List.of(HOSTILE, LONG)) {
          show(session, "entropy", session.equals(LONG) ? "linear" : "log", width);
          browser.await("document.getElementById('weights').dataset.layer");
          long height = (Long) browser.run("return document.documentElement.scrollHeight");
          browser.show(width, (int) Math.min(height, 3000), false);
          browser.run("return new Promise((done) => setTimeout(done, 500))");
          browser.picture(Path.of(directory, session + "-" + width + ".png"));
        }
      }
    }
    assertThat(page).hasPath("/attention");
  }
}
