package org.attention4j.monitor.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.monitor.reporters.StoredAttention;
import org.attention4j.monitor.reporters.StoredAttention.Row;
import org.attention4j.monitor.reporters.StoredAttention.SampledWeights;
import org.attention4j.monitor.ui.Columns.Column;
import org.deeplearning4j.core.storage.Persistable;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** What goes to the page: columns, answers, weights. */
final class SessionDataTest {
  private static final String RUN = "run";

  private final StatsStorage storage = new InMemoryStatsStorage();
  private final Reporter reporter = Reporters.statsStorage(storage, RUN);

  private SessionData data(String metric, long after) {
    return Session.find(List.of(storage), RUN).orElseThrow().data(metric, after);
  }

  private static MetricRecord measured(int iteration, String layer, int head, Object... values) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i += 2) {
      metrics.put((String) values[i], ((Number) values[i + 1]).doubleValue());
    }
    return new MetricRecord(iteration, iteration / 10, layer, head, metrics);
  }

  @SafeVarargs
  private static Columns columns(int snapshots, List<Double>... special) {
    Columns columns = new Columns();
    for (int i = 0; i < snapshots; i++) {
      columns.add(5 * i, i < special.length && special[i] != null ? special[i] : one(i));
    }
    return columns;
  }

  private static List<Double> one(double value) {
    return List.of(value);
  }

  @Test
  void fewSnapshotsAreAColumnEach() {
    List<Column> columns = columns(Columns.MAX_COLUMNS).columns();
    assertThat(columns).hasSize(Columns.MAX_COLUMNS);
    for (int i = 0; i < Columns.MAX_COLUMNS; i++) {
      assertThat(columns.get(i)).isEqualTo(new Column(5 * i, 5 * i, 1, one(i), null, null));
    }
    assertThat(new Columns().columns()).isEmpty();
  }

  @Test
  void manySnapshotsShareColumns() {
    List<Column> columns = columns(Columns.MAX_COLUMNS + 1).columns();
    assertThat(columns).hasSize(Columns.MAX_COLUMNS / 2 + 1);
    assertThat(columns.get(0)).isEqualTo(new Column(0, 5, 2, one(0.5), one(0), one(1)));
    assertThat(columns.get(199))
        .isEqualTo(new Column(1990, 1995, 2, one(398.5), one(398), one(399)));
    assertThat(columns.get(200)).isEqualTo(new Column(2000, 2000, 1, one(400), null, null));
    List<Column> more = columns(10 * Columns.MAX_COLUMNS).columns();
    assertThat(more).hasSizeBetween(Columns.MAX_COLUMNS / 2, Columns.MAX_COLUMNS);
    int next = 0;
    for (Column column : more) {
      assertThat(column.first()).isEqualTo(5 * next);
      double last = next + column.snapshots() - 1;
      assertThat(column.last()).isEqualTo((int) (5 * last));
      assertThat(column.values().get(0)).isCloseTo((next + last) / 2, within(0.01));
      assertThat(column.min()).containsExactly((double) next);
      assertThat(column.max()).containsExactly(last);
      next += column.snapshots();
    }
    assertThat(next).isEqualTo(10 * Columns.MAX_COLUMNS);
  }

  @Test
  void noSpikeIsLost() {
    List<Double>[] special = spikes(20_000);
    List<Column> columns = columns(20_000, special).columns();
    List<Column> spiked = columns.stream().filter(column -> column.max().get(0) > 1e9).toList();
    assertThat(spiked).hasSize(1);
    assertThat(spiked.get(0).max()).containsExactly(1234567890.123);
    assertThat(spiked.get(0).first()).isLessThanOrEqualTo(5 * 12_345);
    assertThat(spiked.get(0).last()).isGreaterThanOrEqualTo(5 * 12_345);
    assertThat(columns.stream().map(column -> column.min().get(0))).contains(-77.0);
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static List<Double>[] spikes(int snapshots) {
    List[] special = new List[snapshots];
    special[12_345] = one(1234567890.123);
    special[777] = one(-77);
    return special;
  }

  @Test
  @SuppressWarnings({"unchecked", "rawtypes"})
  void whatIsMissingOrNotFinite() {
    List[] special = new List[8];
    special[0] = Arrays.asList(null, 1.0);
    special[1] = Arrays.asList(null, 4.0);
    special[2] = List.of(Double.NaN, 2.0);
    special[3] = List.of(3.0);
    special[4] = List.of(Double.POSITIVE_INFINITY, 1e308);
    special[5] = List.of(Double.POSITIVE_INFINITY, -1e308);
    special[6] = Arrays.asList(null, 1.0 / 3);
    special[7] = Arrays.asList(6.0, null);
    List<Column> columns = columns(Columns.MAX_COLUMNS + 1, special).columns();
    assertThat(columns.get(0))
        .isEqualTo(
            new Column(
                0,
                5,
                2,
                Arrays.asList(null, 2.5),
                Arrays.asList(null, 1.0),
                Arrays.asList(null, 4.0)));
    assertThat(columns.get(1).values()).containsExactly(Double.NaN, 2.0);
    assertThat(columns.get(1).min()).containsExactly(3.0, 2.0);
    assertThat(columns.get(1).max()).containsExactly(3.0, 2.0);
    assertThat(columns.get(2).values()).containsExactly(Double.POSITIVE_INFINITY, 0.0);
    assertThat(columns.get(2).min()).containsExactly(null, -1e308);
    assertThat(columns.get(2).max()).containsExactly(null, 1e308);
    // A mean of few digits, the ends exactly.
    assertThat(columns.get(3).values()).containsExactly(6.0, 0.333333);
    assertThat(columns.get(3).max()).containsExactly(6.0, 1.0 / 3);
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
    assertThat(all.layers())
        .extracting(SessionData.LayerSeries::layer)
        .containsExactly("first", "second");
    SessionData.LayerSeries first = all.layers().get(0);
    assertThat(first.iteration()).isEqualTo(25);
    assertThat(first.latest()).containsExactly(0.25, null);
    assertThat(first.columns())
        .containsExactly(
            new Column(0, 0, 1, List.of(0.5, 1.5), null, null),
            new Column(25, 25, 1, Arrays.asList(0.25, null), null, null));
    assertThat(data("", 0).metric()).isEqualTo("entropy");
    SessionData own = data("own", 0);
    assertThat(own.metric()).isEqualTo("own");
    assertThat(own.layers().get(0).latest()).containsExactly(null, Double.NaN);
    SessionData nothing = data(null, all.next());
    assertThat(nothing.next()).isEqualTo(all.next());
    assertThat(nothing.newest()).isNull();
    assertThat(nothing.metric()).isEqualTo("entropy");
    assertThat(List.of(nothing.snapshots(), nothing.alarmCount())).containsExactly(0, 0);
    assertThat(nothing.layers()).isEmpty();
  }

  @Test
  void withoutEntropyTheFirstMetricIsShown() {
    reporter.report(List.of(measured(0, "att", 0, "own", 7, "other", 8)));
    SessionData data = data(null, 0);
    assertThat(data.metric()).isEqualTo("own");
    assertThat(data.layers().get(0).latest()).containsExactly(7.0);
  }

  @Test
  void entropyThatComesLaterIsShown() {
    reporter.report(List.of(measured(0, "att", 0, "own", 7)));
    reporter.report(List.of(measured(5, "att", 0, "entropy", 0.5)));
    SessionData data = data(null, 0);
    assertThat(data.metric()).isEqualTo("entropy");
    assertThat(data.layers().get(0).columns()).hasSize(2);
    assertThat(data.layers().get(0).latest()).containsExactly(0.5);
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

  @Test
  void aLongRunIsASmallAnswerAndEachUpdateIsVisitedOnce() throws Exception {
    int snapshots = 20_000;
    int heads = 8;
    for (int i = 0; i < snapshots; i++) {
      int iteration = i;
      reporter.report(
          IntStream.range(0, heads)
              .mapToObj(
                  head ->
                      measured(iteration, "att", head, "entropy", Math.sin(iteration) + head / 7.0))
              .toList());
    }
    int[] taken = {0};
    SessionData data = Session.find(List.of(counting(taken)), RUN).orElseThrow().data("entropy", 0);
    assertThat(taken[0]).isEqualTo(snapshots);
    assertThat(data.snapshots()).isEqualTo(snapshots);
    assertThat(data.layers().get(0).columns()).hasSizeLessThanOrEqualTo(Columns.MAX_COLUMNS);
    assertThat(new ObjectMapper().writeValueAsBytes(data).length).isLessThan(250_000);
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
