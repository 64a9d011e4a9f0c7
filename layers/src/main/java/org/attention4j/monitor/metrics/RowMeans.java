package org.attention4j.monitor.metrics;

import java.util.LinkedHashMap;
import java.util.Map;

/** Means of several quantities over rows; each over the rows for which it is defined. */
final class RowMeans {
  private static final class Sum {
    private double sum;
    private int count;

    /** The mean so far and the sum of squared deviations from it (Welford 1962). */
    private double mean;

    private double deviations;

    void add(double value) {
      sum += value;
      count++;
      double deviation = value - mean;
      mean += deviation / count;
      deviations += deviation * (value - mean);
    }

    double standardError() {
      return Math.sqrt(deviations / (count - 1) / count);
    }
  }

  private final Map<String, Sum> sums = new LinkedHashMap<>();

  void add(String name, double value) {
    sums.computeIfAbsent(name, n -> new Sum()).add(value);
  }

  /** The means, which can be changed, and s / √n of those over n ≥ 2 rows. */
  Estimates estimates() {
    Map<String, Double> means = new LinkedHashMap<>();
    Map<String, Double> errors = new LinkedHashMap<>();
    sums.forEach(
        (name, sum) -> {
          means.put(name, sum.sum / sum.count);
          if (sum.count > 1) {
            errors.put(name, sum.standardError());
          }
        });
    return new Estimates(means, errors);
  }
}
