package org.attention4j.monitor.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.monitor.reporters.StoredAttention;
import org.attention4j.monitor.reporters.StoredAttention.Row;
import org.attention4j.monitor.reporters.StoredAttention.SampledWeights;
import org.attention4j.monitor.ui.Columns.Column;
import org.attention4j.monitor.ui.SessionData.AlarmSpan;
import org.attention4j.monitor.ui.SessionData.LayerAlarms;
import org.attention4j.monitor.ui.SessionData.Series;
import org.deeplearning4j.core.storage.Persistable;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** What goes to the page: answers and weights. */
final class SessionDataTest {
  private static final String RUN = "run";

  private final StatsStorage storage = new InMemoryStatsStorage();
  private final Reporter reporter = Reporters.statsStorage(storage, RUN);

  private SessionData data(String metric, long after) {
    return data(SeriesReader.ofMetric(metric, null), "", after);
  }

  private SessionData data(SeriesReader series, String split, long after) {
    return Session.find(List.of(storage), RUN).orElseThrow().data(series, split, after);
  }

  private static MetricRecord measured(int iteration, String layer, int head, Object... values) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i += 2) {
      metrics.put((String) values[i], ((Number) values[i + 1]).doubleValue());
    }
    return new MetricRecord(iteration, iteration / 10, layer, head, metrics);
  }

  @Test
  void anAnswer() {
    reporter.report(
        List.of(
            measured(0, "first", 0, "own", 7, "entropy", 0.5),
            measured(0, "first", 1, "entropy", 1.5)));
    reporter.report(List.of(measured(0, "second", 0, "entropy", 2.5, "late", 3)));
    reporter.alarm(new Alarm("rule", 0, "first", 0, "entropy", 0.5, "cause", "suggestion"));
    reporter.report(
        List.of(
            measured(25, "first", 0, "entropy", 0.25),
            measured(25, "first", 1, "own", Double.NaN)));
    SessionData all = data(null, 0);
    assertThat(all.session()).isEqualTo(RUN);
    assertThat(all.metric()).isEqualTo("entropy");
    assertThat(all.metrics()).containsExactly("own", "entropy", "late");
    assertThat(all.snapshots()).isEqualTo(2);
    assertThat(all.newest().iteration()).isEqualTo(25);
    assertThat(all.newest().epoch()).isEqualTo(2);
    assertThat(all.newest().score()).isNaN();
    assertThat(all.newest().time()).isEqualTo(all.next());
    assertThat(all.now()).isCloseTo(System.currentTimeMillis(), within(600_000L));
    assertThat(all.loss()).extracting(Column::first).containsExactly(0, 25);
    assertThat(all.alarmCount()).isEqualTo(1);
    assertThat(all.alarms()).extracting(timed -> timed.alarm().rule()).containsExactly("rule");
    assertThat(all.alarms().get(0).time()).isPositive().isLessThan(all.next());
    assertThat(all.series()).extracting(Series::layer).containsExactly("first", "second");
    Series first = all.series().get(0);
    assertThat(first.iteration()).isEqualTo(25);
    assertThat(first.latest()).containsExactly(0.25, null);
    assertThat(first.columns())
        .containsExactly(
            new Column(0, 0, 1, List.of(0.5, 1.5), null, null, null, null),
            new Column(25, 25, 1, Arrays.asList(0.25, null), null, null, null, null));
    assertThat(first.metric()).isEqualTo("entropy");
    assertThat(first.least()).containsExactly(0.25, 1.5);
    assertThat(first.greatest()).containsExactly(0.5, 1.5);
    assertThat(all.splits()).containsExactly("");
    assertThat(all.marks())
        .containsExactly(new LayerAlarms("first", List.of(new AlarmSpan(0, 0, 1))));
    assertThat(data("", 0).metric()).isEqualTo("entropy");
    SessionData own = data("own", 0);
    assertThat(own.metric()).isEqualTo("own");
    assertThat(own.series().get(0).latest()).containsExactly(null, Double.NaN);
    assertThat(own.series().get(0).least()).containsExactly(7.0, null);
    SessionData nothing = data(null, all.next());
    assertThat(nothing.next()).isEqualTo(all.next());
    assertThat(nothing.newest()).isNull();
    assertThat(nothing.metric()).isEqualTo("entropy");
    assertThat(List.of(nothing.snapshots(), nothing.alarmCount())).containsExactly(0, 0);
    assertThat(nothing.series()).isEmpty();
  }

  @Test
  void withoutEntropyTheFirstMetricIsShown() {
    reporter.report(List.of(measured(0, "att", 0, "own", 7, "other", 8)));
    SessionData data = data(null, 0);
    assertThat(data.metric()).isEqualTo("own");
    assertThat(data.series().get(0).latest()).containsExactly(7.0);
  }

  @Test
  void entropyThatComesLaterIsShown() {
    reporter.report(List.of(measured(0, "att", 0, "own", 7)));
    reporter.report(List.of(measured(5, "att", 0, "entropy", 0.5)));
    SessionData data = data(null, 0);
    assertThat(data.metric()).isEqualTo("entropy");
    assertThat(data.series().get(0).columns()).hasSize(2);
    assertThat(data.series().get(0).latest()).containsExactly(0.5);
  }

  private void reportAggregate(int iteration, String split, String layer, Object... values) {
    reporter.reportAggregate(
        new AggregateRecord(
            iteration, 0, split, layer, measured(iteration, "", 0, values).metrics()));
  }

  @Test
  void anOverview() {
    reporter.report(List.of(measured(0, "att", 0, "entropy", 0.5)));
    reportAggregate(0, null, "att", "entropyMean", 0.5, "sinkRate", 1);
    reportAggregate(0, null, null, "entropyMean", 0.25);
    reportAggregate(0, "validation", "att", "entropyMean", 0.125);
    reportAggregate(7, null, "att", "entropyMean", 2);
    SessionData overview = data(SeriesReader.ofAggregates(), "", 0);
    assertThat(overview.metric()).isEmpty();
    assertThat(overview.maxColumns()).isEqualTo(Columns.SMALL_MULTIPLE);
    assertThat(overview.series())
        .containsExactly(
            new Series(
                "att",
                "entropyMean",
                List.of(column(0, 0.5), column(7, 2)),
                7,
                List.of(2.0),
                List.of(0.5),
                List.of(2.0)),
            series(null, "entropyMean", 0.25),
            series("att", "sinkRate", 1));
    assertThat(data(SeriesReader.ofAggregates(), "validation", 0).series())
        .containsExactly(series("att", "entropyMean", 0.125));
  }

  private static Column column(int iteration, double value) {
    return new Column(iteration, iteration, 1, List.of(value), null, null, null, null);
  }

  private static Series series(String layer, String metric, double value) {
    List<Double> values = List.of(value);
    return new Series(layer, metric, List.of(column(0, value)), 0, values, values, values);
  }

  @Test
  void oneHead() {
    reporter.report(
        List.of(
            measured(0, "att", 0, "entropy", 0.5), measured(0, "att", 1, "own", 3, "entropy", 4)));
    reporter.report(List.of(measured(0, "other", 0, "entropy", 5)));
    SessionData head = data(SeriesReader.ofHead("att", 1), "", 0);
    assertThat(head.series()).containsExactly(series("att", "own", 3), series("att", "entropy", 4));
    assertThat(head.metrics()).containsExactly("entropy", "own");
    assertThat(data(SeriesReader.ofHead("other", 1), "", 0).series()).isEmpty();
    assertThat(data(SeriesReader.ofHead("none", 0), "", 0).series()).isEmpty();
  }

  @Test
  void splitsAreApart() {
    reporter.report(List.of(split("validation", 0, 0.25)));
    reporter.report(List.of(measured(1, "att", 0, "entropy", 0.5)));
    reporter.report(List.of(split("test", 2, 0.125)));
    reporter.report(List.of(split("validation", 3, 0.75)));
    SessionData training = data("entropy", 0);
    assertThat(training.splits()).containsExactly("validation", "", "test");
    assertThat(training.series().get(0).columns()).containsExactly(column(1, 0.5));
    assertThat(training.newest().iteration()).isEqualTo(1);
    SessionData validation = data(SeriesReader.ofMetric("entropy", null), "validation", 0);
    assertThat(validation.split()).isEqualTo("validation");
    assertThat(validation.series().get(0).columns())
        .containsExactly(column(0, 0.25), column(3, 0.75));
    assertThat(validation.snapshots()).isEqualTo(2);
    assertThat(data(SeriesReader.ofMetric("entropy", null), "none", 0).series()).isEmpty();
  }

  private static MetricRecord split(String name, int iteration, double entropy) {
    return new MetricRecord(iteration, 0, name, "att", 0, Map.of("entropy", entropy), Map.of());
  }

  /** Lines are drawn of one layer only; the others are in the heat map. */
  @Test
  void onlyTheLayerInViewHasLeastAndGreatestValues() {
    for (int i = 0; i < Columns.CHART + 2; i++) {
      reporter.report(List.of(measured(i, "first", 0, "entropy", i)));
      reporter.report(List.of(measured(i, "second", 0, "entropy", i)));
    }
    SessionData data = data(SeriesReader.ofMetric("entropy", "second"), "", 0);
    assertThat(data.series().get(0).columns().get(0))
        .isEqualTo(new Column(0, 1, 2, List.of(0.5), null, null, null, null));
    assertThat(data.series().get(1).columns().get(0))
        .isEqualTo(
            new Column(0, 1, 2, List.of(0.5), List.of(0.0), List.of(0), List.of(1.0), List.of(1)));
    for (Series series : data.series()) {
      assertThat(series.least()).containsExactly(0.0);
      assertThat(series.greatest()).containsExactly(401.0);
    }
  }

  @Test
  void noAlarmIsWithoutAMark() {
    int count = 1000;
    for (int i = 0; i < count; i++) {
      reporter.report(List.of(measured(i, "att", 0, "entropy", 1)));
      reporter.alarm(new Alarm("rule", 3 * i, "att", 0, "entropy", 0.5, "cause", "suggestion"));
    }
    List<AlarmSpan> spans = data(null, 0).marks().get(0).spans();
    assertThat(spans).hasSizeLessThanOrEqualTo(Columns.CHART + 1);
    assertThat(spans.stream().mapToInt(AlarmSpan::count).sum()).isEqualTo(count);
    for (int i = 0; i < count; i++) {
      int iteration = 3 * i;
      assertThat(spans)
          .as("%s", iteration)
          .filteredOn(span -> span.first() <= iteration && iteration <= span.last())
          .hasSize(1);
    }
  }

  @Test
  void theNewestAlarmsAreListedAndAllAreCounted() {
    for (int i = 0; i < SessionReader.MAX_ALARMS + 3; i++) {
      reporter.report(List.of(measured(i, "att", 0, "entropy", 1)));
      reporter.alarm(new Alarm("rule", i, "att", 0, "entropy", 0.5, "cause", "suggestion"));
    }
    SessionData data = data(null, 0);
    assertThat(data.alarmCount()).isEqualTo(SessionReader.MAX_ALARMS + 3);
    assertThat(data.alarms()).hasSize(SessionReader.MAX_ALARMS);
    assertThat(data.alarms().get(0).alarm().iteration()).isEqualTo(3);
    assertThat(data.alarms().get(SessionReader.MAX_ALARMS - 1).alarm().iteration())
        .isEqualTo(SessionReader.MAX_ALARMS + 2);
  }

  /** A storage that counts how often an update is taken from its lists. */
  private StatsStorage counting(int[] taken) {
    return (StatsStorage)
        Proxy.newProxyInstance(
            StatsStorage.class.getClassLoader(),
            new Class<?>[] {StatsStorage.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(storage, arguments);
              if (!method.getName().equals("getAllUpdatesAfter")) {
                return result;
              }
              List<?> updates = (List<?>) result;
              return new ArrayList<Object>(updates) {
                @Override
                public Iterator<Object> iterator() {
                  taken[0] += size();
                  return super.iterator();
                }
              };
            });
  }

  /**
   * The longest text of a column without its values: names of nine fields, three numbers of up to
   * six digits and punctuation.
   */
  private static final int COLUMN = 120;

  /** A mean of six digits, two doubles of up to 24 characters, two iterations of five, commas. */
  private static final int HEAD_OF_A_COLUMN = 14 + 2 * 25 + 2 * 6;

  /** The number of the answer's bytes does not grow with the run. */
  @Test
  void aLongRunIsASmallAnswerAndEachUpdateIsVisitedOnce() throws Exception {
    int snapshots = 50_000;
    int heads = 8;
    for (int i = 0; i < snapshots; i++) {
      int iteration = i;
      reporter.report(
          IntStream.range(0, heads)
              .mapToObj(
                  head ->
                      measured(iteration, "att", head, "entropy", Math.sin(iteration) + head / 7.0))
              .toList());
      reportAggregate(i, null, null, "entropyMean", Math.sin(i));
    }
    Session session = Session.find(List.of(storage), RUN).orElseThrow();
    int[] taken = {0};
    SessionData data =
        Session.find(List.of(counting(taken)), RUN)
            .orElseThrow()
            .data(SeriesReader.ofMetric("entropy", "att"), "", 0);
    assertThat(taken[0]).isEqualTo(2 * snapshots);
    assertThat(data.snapshots()).isEqualTo(snapshots);
    Series series = data.series().get(0);
    assertThat(series.columns()).hasSizeBetween(Columns.CHART / 2, Columns.CHART + 1);
    assertThat(series.columns().get(series.columns().size() - 1).first()).isEqualTo(snapshots - 1);
    assertThat(bytes(data))
        .isLessThan(2 * Columns.CHART * COLUMN + heads * Columns.CHART * HEAD_OF_A_COLUMN);
    // Without the least and the greatest, as for the layers that are not in view.
    assertThat(bytes(session.data(SeriesReader.ofMetric("entropy", null), "", 0)))
        .isLessThan(Columns.CHART * (2 * COLUMN + HEAD_OF_A_COLUMN) + heads * Columns.CHART * 14);
    for (SeriesReader small : List.of(SeriesReader.ofAggregates(), SeriesReader.ofHead("att", 0))) {
      assertThat(bytes(session.data(small, "", 0)))
          .isLessThan((Columns.SMALL_MULTIPLE + 10) * 2 * (COLUMN + HEAD_OF_A_COLUMN));
    }
  }

  private static int bytes(SessionData data) throws IOException {
    return new ObjectMapper().writeValueAsBytes(data).length;
  }

  private static SampledWeights weights(int keys, int step) {
    int[] seen = IntStream.range(0, keys).filter(key -> key % step == 0 || key == 5).toArray();
    float[] first = new float[seen.length];
    float[] second = new float[seen.length];
    for (int i = 0; i < seen.length; i++) {
      first[i] = seen[i];
      second[i] = -seen[i];
    }
    return new SampledWeights(50, "att", List.of(new Row(3, 7, seen, List.of(first, second))));
  }

  @Test
  void weightsOfFewKeysAreShownAsTheyAre() {
    SampledWeights sampled = weights(ShownWeights.MAX_COLUMNS, 1);
    assertThat(ShownWeights.of(sampled)).isEqualTo(new ShownWeights("att", 50, 1, sampled.rows()));
    SampledWeights empty = new SampledWeights(50, "att", List.of());
    assertThat(ShownWeights.of(empty)).isEqualTo(new ShownWeights("att", 50, 1, List.of()));
  }

  @Test
  void weightsOfManyKeysShareColumns() {
    ShownWeights shown = ShownWeights.of(weights(ShownWeights.MAX_COLUMNS + 1, 4));
    assertThat(shown.span()).isEqualTo(2);
    Row row = shown.rows().get(0);
    assertThat(row.example()).isEqualTo(3);
    assertThat(row.query()).isEqualTo(7);
    // Keys 0, 4, 5, 8, 12 … 256, in columns of two: 4 and 5 share one.
    assertThat(row.keys()).startsWith(0, 4, 8, 12).endsWith(252, 256);
    assertThat(row.weights().get(0)).startsWith(0, 5, 8, 12).endsWith(252, 256);
    assertThat(row.weights().get(1)).startsWith(0, -4, -8, -12).endsWith(-252, -256);
    assertThat(ShownWeights.of(weights(1000, 1)).span()).isEqualTo(4);
    assertThat(ShownWeights.of(weights(1000, 1)).rows().get(0).keys()).hasSize(250);
  }

  @Test
  void theWeightsOfALayer() {
    reporter.report(List.of(measured(0, "att", 0, "entropy", 1)));
    Session session = Session.find(List.of(storage), RUN).orElseThrow();
    assertThat(session.weights("att")).hasValue(new ShownWeights("att", 0, 1, List.of()));
    assertThat(session.weights("other")).isEmpty();
    assertThat(Session.find(List.of(storage), "other")).isEmpty();
  }

  @Test
  void runsNewestFirst() throws InterruptedException {
    StatsStorage second = new InMemoryStatsStorage();
    reporter.report(List.of(measured(0, "att", 0, "entropy", 1)));
    Thread.sleep(5);
    Reporters.statsStorage(second, "newer").report(List.of(measured(0, "att", 0, "entropy", 1)));
    assertThat(Session.in(List.of(storage, second)))
        .extracting(Session.Summary::id)
        .containsExactly("newer", RUN);
    assertThat(Session.in(List.of(storage)).get(0).updated())
        .isEqualTo(
            storage.getAllStaticInfos(RUN, StoredAttention.TYPE_ID).stream()
                .mapToLong(Persistable::getTimeStamp)
                .max()
                .orElseThrow());
  }

  @Test
  void textFromAnAddress() {
    assertThat(FromUrl.shown(null)).isEmpty();
    assertThat(FromUrl.shown("a\r\nb\tc\u001bd\u2028e\u0085f\u202eg\u200bh"))
        .isEqualTo("a??b?c?d?e?f?g?h");
    assertThat(FromUrl.shown("ünïcode 'ok' <b>")).isEqualTo("ünïcode 'ok' <b>");
    assertThat(FromUrl.shown("x".repeat(100))).isEqualTo("x".repeat(100));
    assertThat(FromUrl.shown("x".repeat(101))).isEqualTo("x".repeat(100) + "…");
  }
}
