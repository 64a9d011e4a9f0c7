package org.attention4j.monitor.metrics;

import java.util.Map;

/**
 * What a metric measures at a head.
 *
 * @param values values by metric name, in the order in which they are reported
 * @param standardErrors the standard error of those values that are means over two sampled rows or
 *     more, by metric name; a value without one is exact
 */
public record Estimates(Map<String, Double> values, Map<String, Double> standardErrors) {}
