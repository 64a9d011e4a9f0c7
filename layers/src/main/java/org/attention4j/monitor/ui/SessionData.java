package org.attention4j.monitor.ui;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.monitor.Alarm;
import org.attention4j.monitor.StoredAttention.Measurement;
import org.attention4j.monitor.StoredAttention.SampledWeights;
import org.jspecify.annotations.Nullable;

/**
 * An answer to the page.
 *
 * @param session the run
 * @param metric the metric whose values these are
 * @param metrics all metrics that occur in these measurements
 * @param next the time stamp to ask after next time
 * @param more whether there is more already
 * @param now the server's clock
 * @param points measurements, oldest first
 * @param alarms alarms, oldest first
 * @param weights the newest weights of the layers that have new ones
 */
record SessionData(
    String session,
    String metric,
    List<String> metrics,
    long next,
    boolean more,
    long now,
    List<Point> points,
    List<TimedAlarm> alarms,
    List<SampledWeights> weights) {

  /**
   * One metric of one layer on one iteration.
   *
   * @param values of each head; null where it was not measured
   */
  record Point(
      long time,
      int iteration,
      int epoch,
      String layer,
      double score,
      List<@Nullable Double> values) {

    static Point of(Measurement measurement, String metric, long time) {
      List<@Nullable Double> values = new ArrayList<>();
      measurement.heads().forEach(head -> values.add(head.get(metric)));
      return new Point(
          time,
          measurement.iteration(),
          measurement.epoch(),
          measurement.layer(),
          measurement.score(),
          values);
    }
  }

  /**
   * An alarm and when it was raised.
   *
   * @param time in milliseconds since 1970
   */
  record TimedAlarm(long time, Alarm alarm) {}
}
