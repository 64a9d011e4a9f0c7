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
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.metrics.MetricDescription;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.reporters.LayerReport;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.monitor.ui.Columns.Column;
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
  private static final String SHORT = "short";
  private static final int SNAPSHOTS = 50_000;
  private static final int SPIKE = 12_345;

  /** In the long run each of so many snapshots raises an alarm. */
  private static final int ALARM = 100;

  private final InMemoryStatsStorage storage = new InMemoryStatsStorage();
  private Browser browser;
  private URI page;

  private static MetricRecord measured(int iteration, int head, Map<String, Double> metrics) {
    return new MetricRecord(iteration, 0, "att", head, metrics);
  }

  private static double shortValue(int i) {
    return 2 + Math.cos(i / 3.0);
  }

  private static double longValue(int iteration) {
    return iteration == SPIKE ? 1000 : Math.sin(iteration / 500.0) + iteration % 7 / 10.0;
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
    Reporter shortRun = Reporters.statsStorage(storage, SHORT);
    for (int i = 0; i < 40; i++) {
      shortRun.report(
          List.of(
              measured(1000 * i, 0, Map.of("entropy", shortValue(i))),
              measured(1000 * i, 1, Map.of("entropy", -shortValue(i)))));
      shortRun.reportAggregate(
          new AggregateRecord(1000 * i, 0, null, "att", Map.of("entropyMean", shortValue(i))));
    }
    Reporter longRun = Reporters.statsStorage(storage, LONG);
    for (int i = 0; i < SNAPSHOTS; i++) {
      longRun.report(
          List.of(
              measured(i, 0, Map.of("entropy", longValue(i))),
              measured(i, 1, Map.of("entropy", -longValue(i)))));
      longRun.reportAggregate(
          new AggregateRecord(i, 0, null, "att", Map.of("entropyMean", longValue(i))));
      if (i % ALARM == 0) {
        longRun.alarm(new Alarm("rule", i, "att", 0, "entropy", 1, "cause", "suggestion"));
      }
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

  private void show(String session, String metric, String choices, int width) {
    show(session, metric, choices + "&layer=att", "layer", width);
  }

  private void show(String session, String metric, String choices, String level, int width) {
    browser.show(
        URI.create(page + "#session=" + session + "&metric=" + metric + "&" + choices),
        width,
        900,
        false);
    browser.await(
        "document.body.dataset.metric === '%s' && document.getElementById('session').value === '%s' && document.body.dataset.level === '%s'"
            .formatted(metric, session, level));
  }

  private List<Double> drawn(int head) throws IOException {
    return heights(1 + head);
  }

  private List<Double> heights(int series) throws IOException {
    List<Double> heights = new ArrayList<>();
    for (JsonNode point : points(series)) {
      heights.add(point.get(1).isNull() ? null : point.get(1).doubleValue());
    }
    return heights;
  }

  private JsonNode points(int series) throws IOException {
    return browser.json(CHART.formatted("lines") + ".getOption().series").get(series).path("data");
  }

  @Test
  void aLogarithmicScaleHasAPlaceForEveryNumber() throws IOException {
    show(HOSTILE, "withZero", "scale=log", 1280);
    assertThat(drawn(0)).containsExactly(1.0, 2.0, 3.0, 0.0, 5.0, 6.0, 7.0, 8.0);
    JsonNode extent =
        browser.json(
            CHART.formatted("lines")
                + ".getModel().getComponent('yAxis', 1).axis.scale.getExtent()");
    assertThat(extent.get(0).doubleValue()).isZero();
    assertThat(extent.get(1).doubleValue()).isEqualTo(8);
    show(HOSTILE, "negative", "scale=log", 1280);
    assertThat(drawn(0)).containsExactly(-1.0, -2.0, -3.0, -4.0, -5.0, -6.0, -7.0, -8.0);
    show(HOSTILE, "zero", "scale=log", 1280);
    assertThat(drawn(0)).containsOnly(0.0).hasSize(8);
    show(HOSTILE, "maxLogit", "scale=log", 1280);
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
    show(HOSTILE, "negative", "scale=linear", 1280);
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
        show(HOSTILE, metric, "scale=linear", width);
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
    show(HOSTILE, "topCount", "scale=linear", 1280);
    assertThat(browser.text("tile-metric-name")).isEqualTo("Size N of the top");
    assertThat(browser.text("metric-text")).isEqualTo(MetricDescription.of("topCount").text());
    browser.element("metric").click();
    List<String> groups = new ArrayList<>();
    browser
        .json("[...document.querySelectorAll('#metric-list [role=group]')].map((g) => g.ariaLabel)")
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
            "[...document.querySelectorAll('#metric-list [role=option]')]"
                + ".map((o) => [o.dataset.value, o.firstChild.textContent])")) {
      assertThat(option.get(1).asText())
          .isEqualTo(MetricDescription.of(option.get(0).asText()).label());
    }
  }

  @Test
  void eachExampleHasAMapOfItsOwn() throws IOException {
    show(HOSTILE, "entropy", "scale=linear", 1280);
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

  /** The columns that the server sends of the long run. */
  private List<Column> columns() {
    return Session.find(List.of(storage), LONG)
        .orElseThrow()
        .data(SeriesReader.ofMetric("entropy", "att"), "", 0)
        .series()
        .get(0)
        .columns();
  }

  @Test
  void aLongRunIsShownInColumnsAndThePageSaysSo() throws IOException {
    show(LONG, "entropy", "scale=linear", 1280);
    assertThat(browser.text("tile-iteration")).isEqualTo("49,999");
    assertThat(browser.text("tile-epoch")).isEqualTo("epoch 0, 50,000 snapshots");
    // 49,999 snapshots in 391 columns of 128, and the newest.
    assertThat(browser.text("span"))
        .isEqualTo(
            "Showing 783 of 50,000 points: the least and the greatest of every 128, and the"
                + " newest.");
    assertThat(drawn(0)).contains(1000.0).hasSize(783);
    assertThat(drawn(1)).contains(-1000.0);
    int previous = -1;
    for (JsonNode point : points(1)) {
      // Each point is a record, in the order of iterations.
      assertThat(point.get(0).intValue()).isGreaterThan(previous);
      previous = point.get(0).intValue();
      assertThat(point.get(1).doubleValue()).isEqualTo(longValue(previous));
    }
    assertThat(previous).isEqualTo(SNAPSHOTS - 1);
    assertThat(
            (Long)
                browser.run(
                    "return performance.getEntriesByType('resource').filter((e) =>"
                        + " e.name.includes('/attention/data')).reduce((m, e) => Math.max(m,"
                        + " e.decodedBodySize), 0)"))
        .isLessThan(300_000);
    show(HOSTILE, "entropy", "scale=linear", 1280);
    assertThat(browser.element("span").isDisplayed()).isFalse();
  }

  @Test
  void theOverviewOfALongRun() throws IOException {
    show(LONG, "entropy", "scale=linear", "model", 1280);
    // 49,999 snapshots in 49 columns of 1,024, and the newest.
    assertThat(browser.text("overview-span"))
        .isEqualTo(
            "Showing 99 of 50,000 points: the least and the greatest of every 1,024, and the"
                + " newest.");
    assertThat(browser.text("map-span"))
        .isEqualTo("Each cell is the mean of 128 snapshots or more.");
    // The map's scale is that of what it shows, the means: 1000 among 127 others.
    assertThat(browser.text("map-scale")).matches("(?s)−[6-9](\\.[0-9]+)?\\s+[6-9](\\.[0-9]+)?");
    assertThat(browser.driver.findElements(By.cssSelector("#table tbody tr"))).isEmpty();
    browser.run("document.getElementById('table-box').open = true");
    browser.await("document.querySelectorAll('#table tbody tr').length === 2");
    assertThat(browser.text("table")).contains("1,000", "−1,000");
    assertThat(lines("overview"))
        .hasSize(99)
        .allMatch(r -> Double.parseDouble(r.get("value")) == longValue(iteration(r)));
  }

  /** A cell of the heat map is a mean; the newest snapshot is itself. */
  @Test
  void theHeatMapOfALongRunCanBeSaved() throws IOException {
    show(LONG, "entropy", "scale=linear", "model", 1280);
    List<CSVRecord> lines = lines("map").stream().filter(r -> r.get("head").equals("0")).toList();
    List<Column> columns = columns();
    assertThat(lines).hasSameSizeAs(columns);
    for (int i = 0; i < columns.size(); i++) {
      assertThat(iteration(lines.get(i))).isEqualTo(columns.get(i).first());
      assertThat(Double.parseDouble(lines.get(i).get("value")))
          .isEqualTo(columns.get(i).values().get(0));
      assertThat(lines.get(i).get("kind")).isEqualTo(i == columns.size() - 1 ? "value" : "mean");
    }
  }

  /** Without a choice numbers that differ much are on a logarithmic scale. */
  @Test
  void theScaleThatNumbersNeed() throws IOException {
    show(HOSTILE, "withZero", "", 1280);
    assertThat(drawn(0)).containsExactly(1.0, 2.0, 3.0, 0.0, 5.0, 6.0, 7.0, 8.0);
    browser.run("document.querySelector('#scale [value=linear]').click()");
    browser.await("location.hash.includes('scale=linear')");
    browser.await(CHART.formatted("lines") + ".getOption().series[1].data[7][1] === 1e7");
    browser.run("document.querySelector('#scale [value=\"\"]').click()");
    browser.await(CHART.formatted("lines") + ".getOption().series[1].data[7][1] === 8");
    assertThat((String) browser.run("return location.hash")).doesNotContain("scale");
  }

  private static int iteration(CSVRecord csvRecord) {
    return Integer.parseInt(csvRecord.get("iteration"));
  }

  private List<CSVRecord> lines(String card) throws IOException {
    try (CSVParser parser =
        CSVFormat.RFC4180
            .builder()
            .setHeader()
            .setSkipHeaderRecord(true)
            .build()
            .parse(Files.newBufferedReader(browser.download(card, "CSV")))) {
      return parser.getRecords();
    }
  }

  /** The average of TensorBoard: that of a snapshot has the weight, and the start is corrected. */
  private static List<Double> averages(List<Column> columns, int head, double weight) {
    List<Double> averages = new ArrayList<>();
    double last = 0;
    double known = 0;
    for (Column column : columns) {
      double value = column.values().get(head);
      if (!Double.isFinite(value)) {
        averages.add(null);
        continue;
      }
      // One snapshot after the other, each with the mean of its column.
      for (int i = 0; i < column.snapshots(); i++) {
        last = weight * last + (1 - weight) * value;
        known = weight * known + 1 - weight;
      }
      averages.add(last / known);
    }
    return averages;
  }

  private static void checkAverages(List<Double> shown, List<Double> expected) {
    assertThat(shown).hasSameSizeAs(expected);
    for (int i = 0; i < shown.size(); i++) {
      Double value = expected.get(i);
      if (value == null) {
        assertThat(shown.get(i)).isNull();
      } else {
        assertThat(shown.get(i)).isCloseTo(value, within(1e-9 * (1 + Math.abs(value))));
      }
    }
  }

  @Test
  void smoothing() throws IOException {
    // Of each line first what was measured, then its average.
    show(LONG, "entropy", "scale=linear&smooth=0.9", 1280);
    assertThat(browser.text("smooth-value")).isEqualTo("0.90");
    assertThat(heights(2)).contains(1000.0).hasSize(783);
    List<Double> expected = averages(columns(), 0, 0.9);
    checkAverages(heights(3), expected);
    assertThat(
            browser
                .json(CHART.formatted("lines") + ".getOption().series[2].lineStyle.opacity")
                .doubleValue())
        .isEqualTo(0.25);
    List<Double> saved = new ArrayList<>();
    for (CSVRecord line : lines("lines")) {
      if (line.get("head").equals("0") && !line.get("kind").equals("greatest")) {
        saved.add(Double.parseDouble(line.get("smoothed")));
      }
    }
    checkAverages(saved, expected);
    show(HOSTILE, "entropy", "scale=linear&smooth=0.6", 1280);
    checkAverages(
        heights(3),
        averages(
            Session.find(List.of(storage), HOSTILE)
                .orElseThrow()
                .data(SeriesReader.ofMetric("entropy", "att"), "", 0)
                .series()
                .get(0)
                .columns(),
            0,
            0.6));
    browser.run(
        "const s = document.getElementById('smooth'); s.value = 0;"
            + " s.dispatchEvent(new Event('input')); s.dispatchEvent(new Event('change'))");
    browser.await(CHART.formatted("lines") + ".getOption().series.length === 3");
    assertThat((String) browser.run("return location.hash")).doesNotContain("smooth");
  }

  @Test
  void twoRunsOnOneAxis() throws IOException {
    show(SHORT, "entropy", "scale=linear&compare=" + LONG, 1280);
    JsonNode series = browser.json(CHART.formatted("lines") + ".getOption().series");
    assertThat(series).hasSize(6);
    for (int i = 0; i < 40; i++) {
      JsonNode point = series.get(1).path("data").get(i);
      assertThat(point.get(0).intValue()).isEqualTo(1000 * i);
      assertThat(point.get(1).doubleValue()).isEqualTo(shortValue(i));
    }
    for (JsonNode point : series.get(5).path("data")) {
      assertThat(point.get(1).doubleValue()).isEqualTo(-longValue(point.get(0).intValue()));
    }
    assertThat(series.get(1).path("lineStyle").path("type").asText()).isEqualTo("solid");
    assertThat(series.get(5).path("lineStyle").path("type").asText()).isEqualTo("dashed");
    JsonNode axis = browser.json(CHART.formatted("lines") + ".getOption().xAxis[1]");
    assertThat(axis.path("min").intValue()).isZero();
    assertThat(axis.path("max").intValue()).isGreaterThanOrEqualTo(SNAPSHOTS - 1);
    assertThat(browser.driver.findElement(By.cssSelector("[data-levels=layer] .runs")).getText())
        .contains(SHORT, LONG);
    List<CSVRecord> lines = lines("lines");
    assertThat(lines).filteredOn(r -> r.get("run").equals(SHORT)).hasSize(2 * 40 + 40);
    assertThat(lines)
        .filteredOn(r -> r.get("run").equals(LONG) && r.get("head").equals("0"))
        .hasSize(783)
        .allMatch(r -> Double.parseDouble(r.get("value")) == longValue(iteration(r)));
    // Numbers of both runs stand in the overview.
    browser.choose("layer", "");
    browser.await("document.querySelectorAll('#overview-table .cell-now b').length === 2");
    browser.choose("compare", HOSTILE);
    browser.await("document.querySelectorAll('#overview-table .cell-now b').length === 1");
    browser.choose("compare", "");
    browser.await("document.querySelector('[data-levels=model] .runs').hidden");
  }

  /** 500 alarms: the newest 200 in the list, and each under a mark of the chart. */
  @Test
  void noAlarmOfALongRunIsLost() throws IOException {
    show(LONG, "entropy", "scale=linear", 1280);
    assertThat(browser.text("tile-alarms")).isEqualTo("500");
    assertThat(browser.text("alarm-more"))
        .isEqualTo("The newest 200 of 500; the chart of a layer marks all.");
    assertThat(browser.element("alarm-list").findElements(By.tagName("li"))).hasSize(200);
    JsonNode line = browser.json(CHART.formatted("lines") + ".getOption().series[1]");
    List<Integer> marked = new ArrayList<>();
    line.path("markLine").path("data").forEach(mark -> marked.add(mark.path("xAxis").asInt()));
    // Two alarms share a span, so that both of its ends are marks.
    assertThat(marked)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, SNAPSHOTS / ALARM).mapToObj(i -> i * ALARM).toList());
  }

  /** Pictures for who wants to see them, where the system property says. */
  @Test
  void pictures() throws IOException {
    String directory = System.getProperty("attention4j.pictures");
    if (directory != null) {
      Files.createDirectories(Path.of(directory));
      for (int width : new int[] {1280, 390}) {
        for (String session : List.of(HOSTILE, LONG)) {
          show(session, "entropy", session.equals(LONG) ? "smooth=0.9" : "scale=log", width);
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
