package org.attention4j.monitor.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.imageio.ImageIO;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.MetricDescription;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.monitor.reporters.StoredAttention;
import org.attention4j.monitor.reporters.StoredAttention.Aggregate;
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
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The page in a browser, against a network that trains: what it shows is what is stored. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class AttentionPageTest {
  private static final String EVIL = "<img src=x onerror=alert(1)>";
  private static final String SESSION = "run " + EVIL;
  private static final String VALIDATION = "validation";
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
    AttentionMonitor monitor =
        AttentionMonitor.builder()
            .every(3)
            .tier(Tier.FULL)
            .alarms(List.of(AlarmRules.logitBlowUp(1e-3, 1)))
            .reportTo(Reporters.statsStorage(storage, SESSION))
            .build();
    task.network.setListeners(monitor);
    task.fit(11);
    monitor.measure(task.network, task.batch(), VALIDATION);
    task.fit(9);
    monitor.measure(task.network, task.batch(), VALIDATION);
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
    return measurements(null);
  }

  private Map<String, List<Measurement>> measurements(String split) {
    Map<String, List<Measurement>> byLayer = new LinkedHashMap<>();
    for (StoredAttention update : updates()) {
      if (update.content() instanceof Measurement measurement
          && Objects.equals(measurement.split(), split)) {
        byLayer.computeIfAbsent(measurement.layer(), l -> new ArrayList<>()).add(measurement);
      }
    }
    return byLayer;
  }

  private JsonNode series(String chart) throws IOException {
    return browser.json(CHART.formatted(chart) + ".getOption().series");
  }

  /** Shows the model, a layer for a name, or a head of it for a number. */
  private void go(String layer, String head) {
    if (!browser.element("layer").getDomProperty("value").equals(layer)) {
      browser.choose("layer", layer);
      browser.await(
          "document.body.dataset.level === '%s'".formatted(layer.isEmpty() ? "model" : "layer"));
    }
    if (!layer.isEmpty() && !browser.element("head").getDomProperty("value").equals(head)) {
      browser.choose("head", head);
    }
    String level = layer.isEmpty() ? "model" : head.isEmpty() ? "layer" : "head";
    browser.await("document.body.dataset.level === '%s'".formatted(level));
  }

  private String layer(int index) {
    return List.copyOf(measurements().keySet()).get(index);
  }

  /** Every number of the maps against the storage. */
  private void checkMap(String metric) throws IOException {
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
  }

  /** Every number of the lines of a layer against its measurements. */
  private void checkLines(List<Measurement> snapshots, String metric) throws IOException {
    JsonNode lines = series("lines");
    assertThat(lines).hasSize(1 + HEADS);
    for (int i = 0; i < snapshots.size(); i++) {
      Measurement snapshot = snapshots.get(i);
      checkPoint(lines.get(0), i, snapshot.iteration(), snapshot.score());
      for (int head = 0; head < HEADS; head++) {
        checkPoint(
            lines.get(1 + head), i, snapshot.iteration(), snapshot.heads().get(head).get(metric));
      }
    }
    for (JsonNode line : lines) {
      assertThat(line.path("data")).hasSameSizeAs(snapshots);
    }
  }

  private static void checkPoint(JsonNode line, int i, int iteration, double value) {
    JsonNode point = line.path("data").get(i);
    assertThat(point.get(0).intValue()).isEqualTo(iteration);
    if (Double.isNaN(value)) {
      assertThat(point.get(1).isNull()).isTrue();
    } else {
      assertThat(point.get(1).doubleValue()).isEqualTo(value);
    }
  }

  @Test
  @Order(1)
  void chartsShowWhatIsStored() throws IOException {
    assertThat(browser.element("metric").getDomProperty("value")).isEqualTo("entropy");
    assertThat((String) browser.run("return document.body.dataset.level")).isEqualTo("model");
    checkMap("entropy");
    for (Map.Entry<String, List<Measurement>> layer : measurements().entrySet()) {
      go(layer.getKey(), "");
      checkLines(layer.getValue(), "entropy");
    }
    go("", "");
  }

  @Test
  @Order(2)
  void anyMetricCanBeChosen() throws IOException {
    List<String> offered = new ArrayList<>();
    browser.element("metric").click();
    browser
        .json(
            "[...document.querySelectorAll('#metric-list [role=option]')].map((o) =>"
                + " o.dataset.value)")
        .forEach(option -> offered.add(option.asText()));
    browser.element("metric-search").sendKeys(Keys.ESCAPE);
    Measurement any = measurements().values().iterator().next().get(0);
    assertThat(offered).containsExactlyInAnyOrderElementsOf(any.heads().get(0).keySet());
    for (String metric : List.of("gradientNorm.Wq", "separableShare", "maxLogit")) {
      browser.pick(metric);
      browser.await("location.hash.includes('metric=%s')".formatted(metric));
      assertThat(browser.text("metric")).isEqualTo(MetricDescription.of(metric).label());
      checkMap(metric);
      go(layer(0), "");
      checkLines(measurements().get(layer(0)), metric);
      go("", "");
    }
    browser.pick("entropy");
  }

  @Test
  @Order(2)
  void theKeyboardIsEnough() {
    go(layer(0), "");
    WebElement button = browser.element("metric");
    browser.run("document.getElementById('metric').focus()");
    button.sendKeys(Keys.ARROW_DOWN);
    WebElement search = browser.driver.switchTo().activeElement();
    assertThat(search.getDomAttribute("id")).isEqualTo("metric-search");
    assertThat(button.getDomAttribute("aria-expanded")).isEqualTo("true");
    // Words of the meaning find a metric, too; the first one that has them in its name is active.
    search.sendKeys("logit");
    String active =
        "document.getElementById(document.getElementById('metric-search').getAttribute('aria-activedescendant')).dataset.value";
    assertThat((String) browser.run("return " + active)).isEqualTo("maxLogit");
    assertThat(browser.text("metric-list")).contains(MetricDescription.of("queryRms").label());
    search.sendKeys(Keys.ARROW_DOWN);
    assertThat((String) browser.run("return " + active)).isNotEqualTo("maxLogit");
    search.sendKeys(Keys.ARROW_UP, Keys.ENTER);
    browser.await("document.body.dataset.metric === 'maxLogit'");
    assertThat(button.getDomAttribute("aria-expanded")).isEqualTo("false");
    assertThat(browser.driver.switchTo().activeElement()).isEqualTo(button);
    button.sendKeys(Keys.ENTER);
    search.sendKeys("no such metric");
    assertThat(browser.driver.findElement(By.cssSelector(".popup .none")).isDisplayed()).isTrue();
    search.sendKeys(Keys.ENTER);
    search.sendKeys(Keys.ESCAPE);
    assertThat(browser.driver.switchTo().activeElement()).isEqualTo(button);
    Set<String> reached = new LinkedHashSet<>();
    browser.run("document.getElementById('session').focus()");
    for (int i = 0; i < 22; i++) {
      WebElement focused = browser.driver.switchTo().activeElement();
      String id = focused.getDomProperty("id");
      reached.add(id.isEmpty() ? focused.getDomProperty("name") + focused.getText() : id);
      focused.sendKeys(Keys.TAB);
    }
    assertThat(reached)
        .contains(
            "session", "compare", "theme", "layer", "head", "split", "metric", "smooth", "scale",
            "Model", "CSV", "PNG", "head 0", "head 1");
    browser.pick("entropy");
    go("", "");
  }

  @Test
  @Order(2)
  void theOverviewLeadsToLayersAndHeads() {
    List<WebElement> rows =
        browser.element("overview-table").findElements(By.cssSelector("tbody tr"));
    List<String> names =
        rows.stream().map(row -> row.findElement(By.tagName("th")).getText()).toList();
    assertThat(names).containsExactly("Whole model", layer(0), layer(1));
    for (int row = 0; row < rows.size(); row++) {
      Map<String, Double> latest = aggregate(row == 0 ? null : names.get(row));
      assertThat(latest).containsKeys("entropyMean", "rankResidual", "headsInAlarm");
      List<WebElement> cells = rows.get(row).findElements(By.tagName("td"));
      int column = 0;
      for (OverviewChart chart : OverviewChart.all()) {
        if (latest.containsKey(chart.line())) {
          double shown = number(cells.get(column++).findElement(By.tagName("b")).getText());
          double expected = latest.get(chart.line());
          // Three digits.
          assertThat(shown).isCloseTo(expected, within(0.006 * Math.abs(expected)));
        }
      }
      assertThat(column).isEqualTo(cells.size());
    }
    int maxLogit =
        OverviewChart.all().stream()
            .map(OverviewChart::line)
            .filter(aggregate(null)::containsKey)
            .toList()
            .indexOf("maxLogit");
    rows.get(2).findElements(By.tagName("td")).get(maxLogit).click();
    browser.await(
        "document.body.dataset.level === 'layer' && document.body.dataset.metric === 'maxLogit'");
    assertThat(browser.text("lines-layer")).isEqualTo(layer(1));
    browser.driver.navigate().back();
    browser.await(
        "document.body.dataset.level === 'model' && document.body.dataset.metric === 'entropy'");
    rows.get(1).findElement(By.tagName("button")).click();
    browser.await("document.body.dataset.level === 'layer'");
    assertThat(browser.text("lines-layer")).isEqualTo(layer(0));
    go(layer(0), "1");
    assertThat(browser.text("board-title")).isEqualTo("Every metric of head 1");
    List<Measurement> snapshots = measurements().get(layer(0));
    Map<String, Double> expected = snapshots.get(snapshots.size() - 1).heads().get(1);
    Map<String, Double> shown = new LinkedHashMap<>();
    for (WebElement cell : browser.element("board").findElements(By.tagName("button"))) {
      shown.put(
          cell.getDomAttribute("data-metric"), number(cell.findElement(By.tagName("b")).getText()));
    }
    assertThat(shown.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
    shown.forEach(
        (metric, value) ->
            assertThat(value)
                .as(metric)
                .isCloseTo(expected.get(metric), within(0.006 * Math.abs(expected.get(metric)))));
    browser.await("document.querySelectorAll('#weights .head').length === 1");
    browser.driver.findElement(By.cssSelector("#crumbs button")).click();
    browser.await("document.body.dataset.level === 'model'");
  }

  /** A number as the page writes it. */
  private static double number(String text) {
    return Double.parseDouble(text.replace("−", "-").replace(",", ""));
  }

  /** The newest numbers of a layer, or of the network for null. */
  private Map<String, Double> aggregate(String layer) {
    Map<String, Double> latest = Map.of();
    for (StoredAttention update : updates()) {
      if (update.content() instanceof Aggregate aggregate
          && aggregate.split() == null
          && Objects.equals(aggregate.layer(), layer)) {
        latest = aggregate.metrics();
      }
    }
    return latest;
  }

  @Test
  @Order(2)
  void splitsAreShownOneAtATime() throws IOException {
    go(layer(1), "");
    browser.choose("split", VALIDATION);
    browser.await("document.body.dataset.split === 'validation'");
    List<Measurement> measured = measurements(VALIDATION).get(layer(1));
    assertThat(measured).hasSize(2);
    checkLines(measured, "entropy");
    go("", "");
    assertThat(number(browser.driver.findElement(By.cssSelector("#overview-table b")).getText()))
        .isPositive();
    browser.choose("split", "");
    browser.await("document.body.dataset.split === ''");
    checkMap("entropy");
  }

  /** The lines of an exported file that have a layer and a metric of heads. */
  private List<CSVRecord> exported(String card) throws IOException {
    try (CSVParser parser =
        CSVFormat.RFC4180
            .builder()
            .setHeader()
            .setSkipHeaderRecord(true)
            .build()
            .parse(Files.newBufferedReader(browser.download(card, "CSV")))) {
      assertThat(parser.getHeaderNames())
          .containsExactly(
              "run", "split", "layer", "head", "metric", "iteration", "kind", "value", "smoothed");
      return parser.getRecords();
    }
  }

  private static String line(
      String layer, Object head, String metric, int iteration, double value) {
    return String.join(
        "|", layer, String.valueOf(head), metric, String.valueOf(iteration), String.valueOf(value));
  }

  private static List<String> lines(List<CSVRecord> records) {
    return records.stream()
        .map(
            r ->
                line(
                    r.get("layer"),
                    r.get("head"),
                    r.get("metric"),
                    Integer.parseInt(r.get("iteration")),
                    Double.parseDouble(r.get("value"))))
        .toList();
  }

  @Test
  @Order(2)
  void whatIsShownCanBeSaved() throws IOException {
    List<String> heads = new ArrayList<>();
    measurements()
        .forEach(
            (layer, snapshots) ->
                snapshots.forEach(
                    s -> {
                      for (int head = 0; head < HEADS; head++) {
                        heads.add(
                            line(
                                layer,
                                head,
                                "entropy",
                                s.iteration(),
                                s.heads().get(head).get("entropy")));
                      }
                    }));
    assertThat(lines(exported("map"))).containsExactlyInAnyOrderElementsOf(heads);
    List<String> aggregates = new ArrayList<>();
    for (StoredAttention update : updates()) {
      if (update.content() instanceof Aggregate a && a.split() == null) {
        String layer = a.layer() == null ? "" : a.layer();
        a.metrics().forEach((m, v) -> aggregates.add(line(layer, "", m, a.iteration(), v)));
      }
    }
    assertThat(lines(exported("overview"))).containsExactlyInAnyOrderElementsOf(aggregates);
    go(layer(1), "");
    List<CSVRecord> records = exported("lines");
    assertThat(records)
        .allMatch(r -> r.get("run").equals(SESSION) && r.get("split").equals("training"))
        .allMatch(r -> r.get("kind").equals("value") && r.get("smoothed").isEmpty());
    List<String> expected =
        new ArrayList<>(heads.stream().filter(l -> l.startsWith(layer(1) + "|")).toList());
    measurements()
        .get(layer(1))
        .forEach(s -> expected.add(line("", "", "loss", s.iteration(), s.score())));
    assertThat(lines(records)).containsExactlyInAnyOrderElementsOf(expected);
    checkPicture("lines");
    go(layer(1), "1");
    List<String> board = new ArrayList<>();
    measurements()
        .get(layer(1))
        .forEach(
            s ->
                s.heads()
                    .get(1)
                    .forEach((m, v) -> board.add(line(layer(1), 1, m, s.iteration(), v))));
    assertThat(lines(exported("head"))).containsExactlyInAnyOrderElementsOf(board);
    go("", "");
    checkPicture("overview");
    checkPicture("map");
  }

  /** A picture has the size of its card, twice, a line above it, and what is drawn in the card. */
  private void checkPicture(String card) throws IOException {
    BufferedImage picture = ImageIO.read(browser.download(card, "PNG").toFile());
    JsonNode size =
        browser.json(
            "(({width, height}) => [width, height])(document.querySelector('[data-export=%s]').closest('.card').getBoundingClientRect())"
                .formatted(card));
    assertThat((double) picture.getWidth()).isCloseTo(2 * size.get(0).asDouble(), within(1.0));
    assertThat((double) picture.getHeight())
        .isCloseTo(2 * size.get(1).asDouble() + 64, within(1.0));
    Set<Integer> colors = new HashSet<>();
    int drawn = 0;
    int white = 0xFFFFFF;
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        int color = picture.getRGB(x, y) & white;
        colors.add(color);
        drawn += color == white ? 0 : 1;
      }
    }
    assertThat(picture.getRGB(0, 0) & white).isEqualTo(white);
    assertThat(colors).hasSizeGreaterThan(30);
    assertThat(drawn).isGreaterThan(picture.getWidth() * picture.getHeight() / 200);
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
    go(layer(0), "");
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
  void alarmsWithTimeAndCause() throws IOException {
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
    shown.get(0).findElement(By.tagName("button")).click();
    browser.await("document.body.dataset.metric === 'maxLogit'");
    assertThat(browser.text("lines-layer")).isEqualTo(alarms.get(1).layer());
    assertThat(series("lines").get(1).path("markLine").path("data").get(0).path("xAxis").asInt())
        .isEqualTo(alarms.get(1).iteration());
    browser.pick("entropy");
  }

  @Test
  @Order(6)
  void namesAreTextNotMarkup() {
    go(layer(0), "");
    assertThat(browser.driver.findElements(By.cssSelector("img[onerror], [src='x']"))).isEmpty();
    assertThat(browser.element("session").getText()).contains(SESSION);
    assertThat(browser.text("lines-layer")).startsWith(EVIL);
    go("", "");
    assertThat(browser.text("overview-table")).contains(EVIL);
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
    go(second, "");
    browser.pick("logSumExp");
    browser.driver.navigate().refresh();
    browser.await("document.body.dataset.metric === 'logSumExp'");
    browser.await("document.body.dataset.level === 'layer'");
    assertThat(browser.text("lines-layer")).isEqualTo(second);
  }

  /** What a finger has to hit, and is smaller than 40 pixels. */
  private static final String SMALL =
      """
      return [...document.querySelectorAll('button, select, summary, a, input, [role=option]')]
        .filter((e) => e.type !== 'radio' && e.checkVisibility())
        .concat([...document.querySelectorAll('.switch span')])
        .filter((e) => e.getBoundingClientRect().height < 40 || e.getBoundingClientRect().width < 40)
        .map((e) => `${e.tagName} ${e.id} ${e.className} ${e.textContent}`).join('; ');
      """;

  @Test
  @Order(8)
  void readableOnWideAndNarrowScreensDarkAndLight() {
    for (String[] level : new String[][] {{"", ""}, {layer(0), ""}, {layer(0), "1"}}) {
      browser.show(1280, 900, false);
      go(level[0], level[1]);
      for (boolean dark : new boolean[] {false, true}) {
        for (int width : new int[] {1280, 800, 390}) {
          browser.show(width, 900, dark);
          browser.await("innerWidth === " + width);
          browser.await(
              "document.scrollingElement.scrollWidth <= innerWidth &&"
                  + " [...document.querySelectorAll('canvas')].every((c) =>"
                  + " c.getBoundingClientRect().right <= innerWidth)");
          String background =
              (String) browser.run("return getComputedStyle(document.body).backgroundColor");
          assertThat(background).isEqualTo(dark ? "rgb(14, 19, 24)" : "rgb(244, 246, 248)");
        }
      }
      assertThat(browser.run(SMALL)).as("%s", List.of(level)).isEqualTo("");
    }
    browser.element("metric").click();
    assertThat(browser.run(SMALL)).isEqualTo("");
    assertThat(browser.run("return document.scrollingElement.scrollWidth <= innerWidth"))
        .isEqualTo(true);
    assertThat(
            browser.run(
                "const {left, right} = document.querySelector('.popup').getBoundingClientRect();"
                    + " return left >= 0 && right <= innerWidth"))
        .isEqualTo(true);
    browser.element("metric-search").sendKeys(Keys.ESCAPE);
    browser.run("scrollTo({top: 0, behavior: 'instant'})");
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
    checkMap("entropy");
    go(layer(0), "");
    checkLines(measurements().get(layer(0)), "entropy");
    assertThat(browser.text("status")).startsWith("live");
    go("", "");
    ShiftTask another = new ShiftTask("other", 1, HEADS);
    another.network.setListeners(
        AttentionMonitor.builder()
            .every(1)
            .reportTo(Reporters.statsStorage(storage, "another run"))
            .build());
    another.fit(2);
    browser.await("document.getElementById('overview-table').textContent.includes('other')");
    browser.choose("session", SESSION);
    browser.await("document.getElementById('tile-iteration').textContent === '27'");
  }
}
