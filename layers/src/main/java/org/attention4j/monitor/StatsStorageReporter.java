package org.attention4j.monitor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.attention4j.monitor.StoredAttention.Content;
import org.attention4j.monitor.StoredAttention.Measurement;
import org.attention4j.monitor.StoredAttention.RaisedAlarm;
import org.attention4j.monitor.StoredAttention.Row;
import org.attention4j.monitor.StoredAttention.SampledWeights;
import org.deeplearning4j.core.storage.StatsStorageRouter;

/**
 * Stores measurements and alarms as updates and the latest weights as static information, all under
 * one worker a layer: a storage lists the updates of those workers only that have static
 * information.
 */
final class StatsStorageReporter implements Reporter {
  /** How many of the sampled rows are kept; what a page can show of a head. */
  private static final int MAX_ROWS = 8;

  private final StatsStorageRouter storage;
  private final String session;
  private final Map<String, String> workers = new LinkedHashMap<>();
  private long lastTime;

  StatsStorageReporter(StatsStorageRouter storage, String session) {
    // MapDB, behind FileStatsStorage, makes names from it.
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
    storage.putStaticInfo(
        stored(layer, new SampledWeights(first.iteration(), layer, rows(report.heads()))));
    storage.putUpdate(
        stored(
            layer,
            new Measurement(
                first.iteration(),
                first.epoch(),
                layer,
                report.score(),
                report.records().stream().map(MetricRecord::metrics).toList())));
  }

  @Override
  public void alarm(Alarm alarm) {
    storage.putUpdate(stored(alarm.layer(), new RaisedAlarm(alarm)));
  }

  /** Times are kept apart, since a storage has one place for each. */
  private StoredAttention stored(String layer, Content content) {
    lastTime = Math.max(lastTime + 1, System.currentTimeMillis());
    String worker = workers.computeIfAbsent(layer, name -> "layer-" + workers.size());
    return new StoredAttention(session, worker, lastTime, content);
  }

  private static List<Row> rows(List<HeadProbe> heads) {
    List<Row> rows = new ArrayList<>();
    int count = heads.stream().mapToInt(head -> head.rows().size()).min().orElse(0);
    for (int r = 0; r < Math.min(count, MAX_ROWS); r++) {
      int place = r;
      AttentionRow shared = heads.get(0).rows().get(r);
      List<float[]> weights =
          heads.stream().map(head -> floats(head.rows().get(place).weights())).toList();
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
