package org.attention4j.monitor.ui;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.attention4j.monitor.reporters.StoredAttention.Row;
import org.attention4j.monitor.reporters.StoredAttention.SampledWeights;

/**
 * Sampled weights in a bounded number of columns; a column of several keys has their largest
 * weight.
 *
 * @param layer the layer
 * @param iteration when they were sampled
 * @param span how many keys share a column
 * @param rows the queries; their keys are the first keys of the columns
 */
record ShownWeights(String layer, int iteration, int span, List<Row> rows) {
  /** A heat map is some 270 pixels wide. */
  static final int MAX_COLUMNS = 256;

  static ShownWeights of(SampledWeights sampled) {
    int keys = 0;
    for (Row row : sampled.rows()) {
      keys = Math.max(keys, row.keys()[row.keys().length - 1] + 1);
    }
    int span = Math.max(1, (keys + MAX_COLUMNS - 1) / MAX_COLUMNS);
    List<Row> rows =
        span == 1
            ? sampled.rows()
            : sampled.rows().stream().map(row -> thinned(row, span)).toList();
    return new ShownWeights(sampled.layer(), sampled.iteration(), span, rows);
  }

  private static Row thinned(Row row, int span) {
    int[] columns = Arrays.stream(row.keys()).map(key -> key / span).distinct().toArray();
    List<float[]> weights = new ArrayList<>();
    for (float[] head : row.weights()) {
      float[] largest = new float[columns.length];
      Arrays.fill(largest, Float.NEGATIVE_INFINITY);
      int column = 0;
      for (int i = 0; i < head.length; i++) {
        while (columns[column] != row.keys()[i] / span) {
          column++;
        }
        largest[column] = Math.max(largest[column], head[i]);
      }
      weights.add(largest);
    }
    int[] firstKeys = Arrays.stream(columns).map(column -> column * span).toArray();
    return new Row(row.example(), row.query(), firstKeys, weights);
  }
}
