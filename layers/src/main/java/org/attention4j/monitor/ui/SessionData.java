package org.attention4j.monitor.ui;

import java.util.List;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.ui.Columns.Column;
import org.jspecify.annotations.Nullable;

/**
 * An answer to the page: one metric of a run, from a time stamp on.
 *
 * @param session the run
 * @param metric the metric whose values these are
 * @param metrics all metrics of these measurements
 * @param next the time stamp to send with the next request
 * @param now the server's clock
 * @param snapshots the number of iterations with these measurements
 * @param newest the newest measurement; null if there is none
 * @param loss the score on each iteration, as a series of one head
 * @param layers the metric of each layer, in the order of their first measurements
 * @param alarmCount how many alarms there were
 * @param alarms the newest of them, oldest first
 */
record SessionData(
    String session,
    String metric,
    List<String> metrics,
    long next,
    long now,
    int snapshots,
    @Nullable Newest newest,
    List<Column> loss,
    List<LayerSeries> layers,
    int alarmCount,
    List<TimedAlarm> alarms) {

  /**
   * The newest measurement.
   *
   * @param time in milliseconds since 1970
   */
  record Newest(long time, int iteration, int epoch, double score) {}

  /**
   * One metric of one layer.
   *
   * @param layer the layer's name
   * @param columns its values over time
   * @param iteration that of the newest snapshot
   * @param latest the newest value of each head; null if it was not measured
   */
  record LayerSeries(
      String layer, List<Column> columns, int iteration, List<@Nullable Double> latest) {}

  /**
   * An alarm and when it was raised.
   *
   * @param time in milliseconds since 1970
   */
  record TimedAlarm(long time, Alarm alarm) {}
}
