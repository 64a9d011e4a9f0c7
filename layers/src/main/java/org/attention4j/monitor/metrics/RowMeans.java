package org.attention4j.monitor.metrics;

import java.util.LinkedHashMap;
import java.util.Map;

/** Means of several quantities over rows; each over the rows for which it is defined. */
final class RowMeans {
  private static final class Sum {
    private double sum;
    private int count;
  }

  private final Map<String, Sum> sums = new LinkedHashMap<>();

  void add(String name, double value) {
    Sum sum = sums.computeIfAbsent(name, n -> new Sum());
    sum.sum += value;
    sum.count++;
  }

  Map<String, Double> means() {
    Map<String, Double> means = new LinkedHashMap<>();
    sums.forEach((name, sum) -> means.put(name, sum.sum / sum.count));
    return means;
  }
}
