package org.attention4j.monitor.ui;

import java.util.List;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.ui.Columns.Column;
import org.jspecify.annotations.Nullable;

/**
 * An answer to the page: some series of a run, from a time stamp on.
 *
 * @param session the run
 * @param split the data on which this was measured; empty for training
 * @param splits all data of these measurements, in the order of their first ones; empty for
 *     training
 * @param metric the metric whose values these are; empty if it is more than one
 * @param metrics all metrics of heads of these measurements
 * @param next the time stamp to send with the next request
 * @param now the server's clock
 * @param maxColumns how many columns a series has at most, besides that of the newest snapshot
 * @param snapshots the number of iterations with these measurements
 * @param newest the newest measurement; null if there is none
 * @param loss the score on each iteration, as a series of one head
 * @param series what was asked for, in the order of first measurements
 * @param alarmCount how many alarms there were
 * @param alarms the newest of them, oldest first
 * @param marks where all of them were
 */
record SessionData(
    String session,
    String split,
    List<String> splits,
    String metric,
    List<String> metrics,
    long next,
    long now,
    int maxColumns,
    int snapshots,
    @Nullable Newest newest,
    List<Column> loss,
    List<Series> series,
    int alarmCount,
    List<TimedAlarm> alarms,
    List<LayerAlarms> marks) {

  /**
   * The newest measurement.
   *
   * @param time in milliseconds since 1970
   */
  record Newest(long time, int iteration, int epoch, double score) {}

  /**
   * One metric of all heads of a layer, or a series of one number.
   *
   * @param layer the layer's name; null for the network
   * @param metric the metric's name
   * @param columns its values over time
   * @param iteration that of the newest snapshot
   * @param latest the newest value of each head; null if it was not measured
   * @param least the smallest finite value of each head; null if there is none
   * @param greatest the greatest finite value of each head; null if there is none
   */
  record Series(
      @Nullable String layer,
      String metric,
      List<Column> columns,
      int iteration,
      List<@Nullable Double> latest,
      List<@Nullable Double> least,
      List<@Nullable Double> greatest) {}

  /**
   * An alarm and when it was raised.
   *
   * @param time in milliseconds since 1970
   */
  record TimedAlarm(long time, Alarm alarm) {}

  /** Where the alarms of a layer are. */
  record LayerAlarms(String layer, List<AlarmSpan> spans) {}

  /**
   * Consecutive alarms.
   *
   * @param first the iteration of the first
   * @param last the iteration of the last
   * @param count how many
   */
  record AlarmSpan(int first, int last, int count) {}
}
