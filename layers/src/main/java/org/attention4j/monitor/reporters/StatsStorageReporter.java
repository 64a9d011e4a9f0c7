package org.attention4j.monitor.reporters;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.reporters.StoredAttention.Aggregate;
import org.attention4j.monitor.reporters.StoredAttention.Content;
import org.attention4j.monitor.reporters.StoredAttention.Measurement;
import org.attention4j.monitor.reporters.StoredAttention.RaisedAlarm;
import org.attention4j.monitor.reporters.StoredAttention.Row;
import org.attention4j.monitor.reporters.StoredAttention.SampledWeights;
import org.deeplearning4j.core.storage.StatsStorageRouter;

/**
 * Stores measurements, aggregates and alarms as updates, and the latest weights as static
 * information. Each layer has one worker for both, because a storage lists the updates only of
 * workers with static information.
 */
final class StatsStorageReporter implements Reporter {
  /** How many sampled rows are kept: as many as the page can show per head. */
  private static final int MAX_ROWS = 8;

  private final StatsStorageRouter storage;
  private final String session;
  private final Map<String, String> workers = new LinkedHashMap<>();
  private long lastTime;

  StatsStorageReporter(StatsStorageRouter storage, String session) {
    // FileStatsStorage makes names of MapDB from it.
    if (session.isBlank() || session.contains("@@@") || session.contains("#")) {
      throw new IllegalArgumentException(
          "Reporters.statsStorage: the session is '"
              + session
              + "' but must be a name without '#' and '@@@'.");
    }
    this.storage = storage;
    this.session = session;
  }

  @Override
  public void report(List<MetricRecord> records) {
    reportLayer(new LayerReport(Double.NaN, List.of(), records));
  }

  @Override
  public void reportLayer(LayerReport report) {
    MetricRecord first = report.records().get(0);
    String layer = first.layer();
    if (first.split() == null || !workers.containsKey(layer)) {
      storage.putStaticInfo(
          stored(layer, new SampledWeights(first.iteration(), layer, rows(report.heads()))));
    }
    storage.putUpdate(
        stored(
            layer,
            new Measurement(
                first.iteration(),
                first.epoch(),
                layer,
                report.score(),
                report.records().stream().map(MetricRecord::metrics).toList(),
                first.split())));
  }

  @Override
  public void reportAggregate(AggregateRecord aggregate) {
    String layer = aggregate.layer();
    String worker = layer == null ? workers.keySet().stream().findFirst().orElse("") : layer;
    storage.putUpdate(
        stored(
            worker,
            new Aggregate(
                aggregate.iteration(),
                aggregate.epoch(),
                layer,
                aggregate.split(),
                aggregate.metrics())));
  }

  @Override
  public void alarm(Alarm alarm) {
    storage.putUpdate(stored(alarm.layer(), new RaisedAlarm(alarm)));
  }

  /** All times differ, because a storage keeps one record for each time. */
  private StoredAttention stored(String layer, Content content) {
    lastTime = Math.max(lastTime + 1, System.currentTimeMillis());
    String worker = workers.computeIfAbsent(layer, name -> "layer-" + workers.size());
    return new StoredAttention(session, worker, lastTime, content);
  }

  private static List<Row> rows(List<HeadProbe> heads) {
    List<Row> rows = new ArrayList<>();
    int count = heads.stream().mapToInt(head -> head.rows().size()).min().orElse(0);
    for (int r = 0; r < Math.min(count, MAX_ROWS); r++) {
      int index = r;
      AttentionRow shared = heads.get(0).rows().get(r);
      List<float[]> weights =
          heads.stream().map(head -> floats(head.rows().get(index).weights())).toList();
      rows.add(new Row(shared.example(), shared.query(), shared.keys(), weights));
    }
    return rows;
  }

  private static float[] floats(double[] weights) {
    float[] result = new float[weights.length];
    IntStream.range(0, weights.length).forEach(i -> result[i] = (float) weights[i]);
    return result;
  }

  @Override
  public String toString() {
    return "StatsStorage, session " + session;
  }
}
