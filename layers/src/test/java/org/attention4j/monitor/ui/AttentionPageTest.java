package org.attention4j.monitor.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.monitor.reporters.StoredAttention;
import org.attention4j.monitor.reporters.StoredAttention.Measurement;
import org.attention4j.monitor.reporters.StoredAttention.RaisedAlarm;
import org.attention4j.monitor.reporters.StoredAttention.SampledWeights;
import org.deeplearning4j.core.storage.Persistable;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** The page in a browser, against a network that trains: what it shows is what is stored. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class AttentionPageTest {
  private static final String EVIL = "<img src=x onerror=alert(1)>";
  private static final String SESSION = "run " + EVIL;
  private static final int HEADS = 2;
  private static final String CHART = "echarts.getInstanceByDom(document.getElementById('%s'))";

  private final InMemoryStatsStorage storage = new InMemoryStatsStorage();
  private final ShiftTask task = new ShiftTask(EVIL, 2, HEADS);
  private Browser browser;
  private URI page;

  @BeforeAll
  void train() throws IOException {
    browser = new Browser();
    page = AttentionPage.start(storage, 0);
    task.network.setListeners(
        AttentionMonitor.builder()
            .every(3)
            .tier(Tier.FULL)
            .alarms(List.of(AlarmRules.logitBlowUp(1e-3, 1)))
            .reportTo(Reporters.statsStorage(storage, SESSION))
            .build());
    task.fit(20);
    browser.show(page, 1280, 1000, false);
    browser.await("document.getElementById('tile-iteration').textContent === '18'");
  }

  @AfterAll
  void stop() throws IOException {
    AttentionPage.stop();
    if (browser != null) {
      browser.close();
    }
  }

  @AfterEach
  void nothingLeavesTheMachineAndNothingIsWrong() throws IOException {
    String origin = page.resolve("/").toString();
    assertThat(browser.requests()).isNotEmpty().allMatch(url -> url.startsWith(origin));
    assertThat(browser.console()).isEmpty();
  }

  private List<StoredAttention> updates() {
    List<StoredAttention> updates = new ArrayList<>();
    for (Persistable update : storage.getAllUpdatesAfter(SESSION, StoredAttention.TYPE_ID, 0)) {
      updates.add((StoredAttention) update);
    }
    return updates;
  }

  private Map<String, List<Measurement>> measurements() {
    Map<String, List<Measurement>> byLayer = new LinkedHashMap<>();
    for (StoredAttention update : updates()) {
      if (update.content() instanceof Measurement measurement) {
        byLayer.computeIfAbsent(measurement.layer(), l -> new ArrayList<>()).add(measurement);
      }
    }
    return byLayer;
  }

  private JsonNode series(String chart) throws IOException {
    return browser.json(CHART.formatted(chart) + ".getOption().series");
  }

  /** Every number of the maps and lines against the storage. */
  private void checkCharts(String metric) throws IOException {
    Map<String, List<Measurement>> stored = measurements();
    assertThat(stored).hasSize(2);
    JsonNode bands = series("map");
    assertThat(bands).hasSize(2);
    int layer = 0;
    for (List<Measurement> snapshots : stored.values()) {
      List<Double> expected = new ArrayList<>();
      for (Measurement snapshot : snapshots) {
        for (int head = 0; head < HEADS; head++) {
          expected.add((double) snapshot.iteration());
          expected.add((double) head);
          expected.add(snapshot.heads().get(head).get(metric));
        }
      }
      List<Double> shown = new ArrayList<>();
      for (JsonNode rectangle : bands.get(layer).path("data")) {
        for (int i : new int[] {0, 2, 3}) {
          shown.add(rectangle.get(i).doubleValue());
        }
      }
      assertThat(shown).isEqualTo(expected);
      layer++;
    }
    List<Measurement> first = stored.values().iterator().next();
    JsonNode lines = series("lines");
    assertThat(lines).hasSize(1 + HEADS);
    for (int i = 0; i < first.size(); i++) {
      Measurement snapshot = first.get(i);
      checkPoint(lines.get(0), i, snapshot.iteration(), snapshot.score());
      for (int head = 0; head < HEADS; head++) {
        checkPoint(
            lines.get(1 + head), i, snapshot.iteration(), snapshot.heads().get(head).get(metric));
      }
    }
  }

  private static void checkPoint(JsonNode line, int i, int iteration, double value) {
    JsonNode point = line.path("data").get(i);
    assertThat(point.get(0).intValue()).isEqualTo(iteration);
    assertThat(point.get(1).doubleValue()).isEqualTo(value);
  }

  @Test
  @Order(1)
  void chartsShowWhatIsStored() throws IOException {
    assertThat(browser.element("metric").getDomProperty("value")).isEqualTo("entropy");
    checkCharts("entropy");
  }

  @Test
  @Order(2)
  void anyMetricCanBeChosen() throws IOException {
    List<String> offered =
        browser.element("metric").findElements(By.tagName("option")).stream()
            .map(option -> option.getDomProperty("value"))
            .toList();
    Measurement any = measurements().values().iterator().next().get(0);
    assertThat(offered).containsExactlyInAnyOrderElementsOf(any.heads().get(0).keySet());
    for (String metric : List.of("gradientNorm.Wq", "separableShare", "maxLogit")) {
      browser.choose("metric", metric);
      browser.await(
          "location.hash.includes('%s') && document.getElementById('tile-metric-name').textContent"
              .formatted(metric));
      String shownMetric =
          "document.getElementById('metric').value === '%s' && document.body.dataset.metric === '%s'"
              .formatted(metric, metric);
      browser.await(shownMetric);
      checkCharts(metric);
    }
    browser.choose("metric", "entropy");
    browser.await("document.body.dataset.metric === 'entropy'");
  }

  @Test
  @Order(3)
  void theTableShowsTheLatest() {
    browser.run("document.getElementById('table-box').open = true");
    browser.await("document.querySelectorAll('#table tbody tr').length === 4");
    List<WebElement> rows = browser.element("table").findElements(By.cssSelector("tbody tr"));
    int row = 0;
    for (List<Measurement> snapshots : measurements().values()) {
      Measurement latest = snapshots.get(snapshots.size() - 1);
      for (int head = 0; head < HEADS; head++) {
        List<WebElement> cells = rows.get(row++).findElements(By.tagName("td"));
        assertThat(cells.get(0).getText()).isEqualTo(latest.layer());
        assertThat(cells.get(1).getText()).isEqualTo(String.valueOf(head));
        double expected = latest.heads().get(head).get("entropy");
        assertThat(Double.parseDouble(cells.get(3).getDomAttribute("title"))).isEqualTo(expected);
        assertThat(Double.parseDouble(cells.get(3).getText())).isCloseTo(expected, within(1e-3));
      }
    }
  }

  @Test
  @Order(4)
  void weightsAreThoseOfTheSampledRows() throws IOException {
    browser.await("document.getElementById('weights').dataset.layer");
    SampledWeights sampled =
        storage.getAllStaticInfos(SESSION, StoredAttention.TYPE_ID).stream()
            .map(info -> (SampledWeights) ((StoredAttention) info).content())
            .filter(weights -> weights.layer().equals(browser.text("weights-layer")))
            .findFirst()
            .orElseThrow();
    assertThat(sampled.rows()).hasSize(8);
    for (int head = 0; head < HEADS; head++) {
      List<Double> expected = new ArrayList<>();
      for (int r = 0; r < sampled.rows().size(); r++) {
        int[] keys = sampled.rows().get(r).keys();
        for (int i = 0; i < keys.length; i++) {
          expected.add((double) keys[i]);
          expected.add((double) r);
          expected.add((double) sampled.rows().get(r).weights().get(head)[i]);
        }
      }
      List<Double> shown = new ArrayList<>();
      browser
          .json(
              "echarts.getInstanceByDom(document.querySelectorAll('#weights .chart')[%d])"
                      .formatted(head)
                  + ".getOption().series[0].data.flat()")
          .forEach(number -> shown.add(number.doubleValue()));
      assertThat(shown).hasSameSizeAs(expected);
      for (int i = 0; i < shown.size(); i++) {
        assertThat(shown.get(i)).isCloseTo(expected.get(i), within(1e-7));
      }
    }
  }

  @Test
  @Order(5)
  void alarmsWithTimeAndCause() {
    List<Alarm> alarms =
        updates().stream()
            .filter(update -> update.content() instanceof RaisedAlarm)
            .map(update -> ((RaisedAlarm) update.content()).alarm())
            .toList();
    // One a layer, with all its heads.
    assertThat(alarms).hasSize(2).allMatch(alarm -> alarm.heads().equals(List.of(0, 1)));
    List<WebElement> shown = browser.element("alarm-list").findElements(By.tagName("li"));
    assertThat(shown).hasSameSizeAs(alarms);
    for (int i = 0; i < alarms.size(); i++) {
      Alarm expected = alarms.get(alarms.size() - 1 - i);
      assertThat(shown.get(i).getText())
          .contains(
              expected.rule(),
              "iteration " + expected.iteration() + ", ",
              expected.layer() + ", heads 0, 1",
              expected.cause(),
              expected.suggestion());
    }
  }

  @Test
  @Order(6)
  void namesAreTextNotMarkup() {
    assertThat(browser.driver.findElements(By.cssSelector("img[onerror], [src='x']"))).isEmpty();
    assertThat(browser.element("session").getText()).contains(SESSION);
    assertThat(browser.text("lines-layer")).startsWith(EVIL);
    browser.run(
        CHART.formatted("map")
            + ".dispatchAction({type: 'showTip', seriesIndex: 0, dataIndex: 1})");
    browser.await("document.querySelector('#map .tip')");
    assertThat((String) browser.run("return document.querySelector('#map .tip').innerText"))
        .contains(EVIL);
    assertThat(browser.driver.findElements(By.cssSelector("img[onerror], [src='x']"))).isEmpty();
  }

  @Test
  @Order(7)
  void theAddressKeepsWhatWasChosen() throws IOException {
    String second = measurements().keySet().stream().skip(1).findFirst().orElseThrow();
    browser.choose("layer", second);
    browser.choose("metric", "logSumExp");
    browser.await("document.body.dataset.metric === 'logSumExp'");
    browser.driver.navigate().refresh();
    browser.await("document.body.dataset.metric === 'logSumExp'");
    assertThat(browser.text("lines-layer")).isEqualTo(second);
  }

  @Test
  @Order(8)
  void readableOnWideAndNarrowScreensDarkAndLight() {
    for (boolean dark : new boolean[] {false, true}) {
      for (int width : new int[] {1280, 390}) {
        browser.show(width, 900, dark);
        browser.await("innerWidth === " + width);
        browser.await(
            "document.scrollingElement.scrollWidth <= innerWidth"
                + " && document.querySelector('#map canvas').clientWidth < innerWidth");
        String background =
            (String) browser.run("return getComputedStyle(document.body).backgroundColor");
        assertThat(background).isEqualTo(dark ? "rgb(14, 19, 24)" : "rgb(244, 246, 248)");
      }
    }
    browser.element("theme").click();
    browser.await("document.documentElement.dataset.theme === 'light'");
    assertThat((String) browser.run("return getComputedStyle(document.body).backgroundColor"))
        .isEqualTo("rgb(244, 246, 248)");
  }

  @Test
  @Order(9)
  void followsTrainingAndANewRun() throws IOException {
    browser.show(page, 1280, 1000, false);
    browser.await("document.getElementById('tile-iteration').textContent === '18'");
    task.fit(10);
    browser.await("document.getElementById('tile-iteration').textContent === '27'");
    checkCharts("entropy");
    assertThat(browser.text("status")).startsWith("live");
    ShiftTask another = new ShiftTask("other", 1, HEADS);
    another.network.setListeners(
        AttentionMonitor.builder()
            .every(1)
            .reportTo(Reporters.statsStorage(storage, "another run"))
            .build());
    another.fit(2);
    browser.await("document.getElementById('lines-layer').textContent.startsWith('other')");
    browser.choose("session", SESSION);
    browser.await("document.getElementById('tile-iteration').textContent === '27'");
  }
}
