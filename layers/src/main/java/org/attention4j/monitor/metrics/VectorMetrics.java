package org.attention4j.monitor.metrics;

import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.attention4j.theory.TopN;

/** The sizes of queries, keys, values and outputs, and what the chosen keys contribute. */
final class VectorMetrics implements RowMetric {
  private final IntUnaryOperator topCount;

  VectorMetrics(IntUnaryOperator topCount) {
    this.topCount = topCount;
  }

  @Override
  public Tier tier() {
    return Tier.FULL;
  }

  @Override
  public Estimates estimate(HeadProbe head) {
    RowMeans means = new RowMeans();
    for (AttentionRow row : head.rows()) {
      AttentionRow.Vectors vectors = row.vectors();
      if (vectors != null) {
        double[][] values = vectors.values();
        means.add(MetricNames.QUERY_RMS, rms(vectors.query()));
        means.add(MetricNames.KEY_RMS, meanRms(vectors.keys()));
        means.add(MetricNames.VALUE_RMS, meanRms(values));
        means.add(MetricNames.HEAD_OUTPUT_RMS, rms(output(row.weights(), values)));
        int count = topCount.applyAsInt(row.length());
        if (row.length() > count) {
          addSelection(means, row.weights(), values, count);
        }
      }
    }
    return means.estimates();
  }

  /** The N largest weights against the N keys with the largest weight times norm of the value. */
  private static void addSelection(RowMeans means, double[] weights, double[][] values, int count) {
    double[] contributions = new double[weights.length];
    double all = 0;
    for (int i = 0; i < weights.length; i++) {
      contributions[i] = Math.abs(weights[i]) * norm(values[i]);
      all += contributions[i];
    }
    if (all == 0) {
      return;
    }
    if (Double.isNaN(all)) {
      means.add(MetricNames.SELECTION_RECALL, Double.NaN);
      means.add(MetricNames.SELECTED_CONTRIBUTION, Double.NaN);
      return;
    }
    boolean[] contributing = new boolean[weights.length];
    for (int i : TopN.of(contributions, count).chosen()) {
      contributing[i] = true;
    }
    int[] selected = TopN.of(weights, count).chosen();
    means.add(
        MetricNames.SELECTION_RECALL,
        (double) IntStream.of(selected).filter(i -> contributing[i]).count() / count);
    means.add(
        MetricNames.SELECTED_CONTRIBUTION,
        IntStream.of(selected).mapToDouble(i -> contributions[i]).sum() / all);
  }

  /** Σ p_i v_i. */
  private static double[] output(double[] weights, double[][] values) {
    double[] output = new double[values[0].length];
    for (int i = 0; i < weights.length; i++) {
      for (int c = 0; c < output.length; c++) {
        output[c] += weights[i] * values[i][c];
      }
    }
    return output;
  }

  private static double meanRms(double[][] vectors) {
    double sum = 0;
    for (double[] vector : vectors) {
      sum += rms(vector);
    }
    return sum / vectors.length;
  }

  private static double rms(double[] vector) {
    return norm(vector) / Math.sqrt(vector.length);
  }

  private static double norm(double[] vector) {
    double squares = 0;
    for (double x : vector) {
      squares += x * x;
    }
    return Math.sqrt(squares);
  }
}
