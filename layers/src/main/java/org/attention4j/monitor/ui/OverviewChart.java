package org.attention4j.monitor.ui;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.monitor.metrics.MetricDescription;
import org.jspecify.annotations.Nullable;

/**
 * A chart of the overview of a model: one number of a layer or of the network, or a mean in a band
 * from the lowest head to the highest.
 *
 * @param label a short name
 * @param unit the unit
 * @param text what it means
 * @param line the name of the aggregate that is drawn as a line
 * @param low the name of the aggregate below it; null without a band
 * @param high the name of the aggregate above it; null without a band
 * @param metric the metric of single heads from which it was made; null if there is none
 */
record OverviewChart(
    String label,
    String unit,
    String text,
    String line,
    @Nullable String low,
    @Nullable String high,
    @Nullable String metric) {
  private static final String MEAN = "Mean";

  /** Charts for all numbers of an aggregate, in the order in which they are described. */
  static List<OverviewChart> all() {
    Map<String, MetricDescription> aggregates = new LinkedHashMap<>();
    MetricDescription.aggregates()
        .forEach(aggregate -> aggregates.put(aggregate.name(), aggregate));
    Map<String, MetricDescription> metrics = new LinkedHashMap<>();
    MetricDescription.all().forEach(metric -> metrics.put(metric.name(), metric));
    List<OverviewChart> charts = new ArrayList<>();
    for (MetricDescription aggregate : MetricDescription.aggregates()) {
      String stem = aggregate.name().replaceFirst("(Min|Mean|Max)$", "");
      MetricDescription metric = metrics.get(stem);
      if (metric == null || !aggregates.containsKey(stem + MEAN)) {
        charts.add(
            new OverviewChart(
                aggregate.label(),
                aggregate.unit(),
                aggregate.text(),
                aggregate.name(),
                null,
                null,
                metrics.containsKey(aggregate.name()) ? aggregate.name() : null));
      } else if (aggregate.name().endsWith(MEAN)) {
        charts.add(
            new OverviewChart(
                metric.label(),
                metric.unit(),
                "The mean over the heads, in a band from the lowest head to the highest. "
                    + metric.text(),
                aggregate.name(),
                stem + "Min",
                stem + "Max",
                stem));
      }
    }
    return charts;
  }
}
