package org.attention4j.monitor.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.attention4j.theory.WeightRow;

/** Where among the positions the weights are. */
final class PositionMetrics implements RowMetric {
  @Override
  public Estimates estimate(HeadProbe head) {
    RowMeans means = new RowMeans();
    int positions =
        head.rows().stream().mapToInt(row -> row.keys()[row.length() - 1] + 1).max().orElse(0);
    double[] received = new double[positions];
    for (AttentionRow row : head.rows()) {
      int[] keys = row.keys();
      double[] weights = row.weights();
      for (int i = 0; i < keys.length; i++) {
        received[keys[i]] += weights[i];
      }
      row.position().ifPresent(position -> add(means, row, position));
    }
    Estimates result = means.estimates();
    if (!head.rows().isEmpty()) {
      addTopKey(received, head.rows(), result.values());
    }
    return result;
  }

  private static void add(RowMeans means, AttentionRow row, int position) {
    int[] keys = row.keys();
    double[] weights = row.weights();
    double distances = 0;
    for (int i = 0; i < keys.length; i++) {
      distances += weights[i] * Math.abs(position - keys[i]);
    }
    double mass = WeightRow.mass(weights);
    if (mass != 0) {
      means.add(MetricNames.ATTENTION_DISTANCE, distances / mass);
    }
    addWeightAt(position, row, MetricNames.DIAGONAL_MASS, means);
    addWeightAt(position - 1, row, MetricNames.PREVIOUS_MASS, means);
  }

  /** Nothing for a query that does not see the position. */
  private static void addWeightAt(int position, AttentionRow row, String name, RowMeans means) {
    int index = Arrays.binarySearch(row.keys(), position);
    if (index >= 0) {
      means.add(name, row.weights()[index]);
    }
  }

  /** The key with the largest sum; of several with the same the first. NaN if a weight is. */
  private static void addTopKey(
      double[] received, List<AttentionRow> rows, Map<String, Double> result) {
    int top = rows.get(0).keys()[0];
    for (int i = 0; i < received.length; i++) {
      if (received[i] > received[top] || Double.isNaN(received[i])) {
        top = i;
      }
    }
    double largest = received[top];
    result.put(MetricNames.TOP_KEY_MASS, largest / rows.size());
    result.put(MetricNames.TOP_KEY_POSITION, Double.isNaN(largest) ? Double.NaN : top);
  }
}
