package org.attention4j.monitor;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.theory.WeightRow;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The attention of one layer or vertex for one input.
 *
 * <p>Dimensions: Tq queries, Tk keys. All arrays are DOUBLE, and new at each call. A key that a
 * query does not see has weight zero and score -∞, and a query that is padding or sees no key has a
 * row of such keys and the entropy NaN.
 */
public final class InspectedLayer {
  private final String name;
  private final List<String> queries;
  private final List<String> keys;
  private final List<List<AttentionRow>> rows;

  InspectedLayer(
      String name, List<String> queries, List<String> keys, List<List<AttentionRow>> rows) {
    this.name = name;
    this.queries = queries;
    this.keys = keys;
    this.rows = rows;
  }

  /**
   * The name of the layer or vertex, as in records of the monitor: {@code layer3} for one without a
   * name.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * The number of heads.
   *
   * @return h
   */
  public int heads() {
    return rows.size();
  }

  /**
   * The labels of the queries: tokens, or numbers from 0.
   *
   * @return the labels [Tq]
   */
  public List<String> queries() {
    return queries;
  }

  /**
   * The labels of the keys: tokens, or numbers from 0.
   *
   * @return the labels [Tk]
   */
  public List<String> keys() {
    return keys;
  }

  /**
   * The weights p of a head, without dropout.
   *
   * @param head the head, counted from 0
   * @return the weights [Tq, Tk]
   * @throws IllegalArgumentException if there is no such head
   */
  public INDArray weights(int head) {
    return Nd4j.createFromArray(weights(head, queries.size(), keys.size()));
  }

  /**
   * The scores z of a head before the normalizer: scaled products, with the bias of the position.
   *
   * @param head the head, counted from 0
   * @return the scores [Tq, Tk]
   * @throws IllegalArgumentException if there is no such head
   */
  public INDArray scores(int head) {
    return Nd4j.createFromArray(scores(head, queries.size(), keys.size()));
  }

  /**
   * The entropy −Σ p log p of each query's weights, divided by their sum.
   *
   * @param head the head, counted from 0
   * @return the entropies [Tq] in nats, between 0 and log n for n visible keys; NaN for a query
   *     without weights
   * @throws IllegalArgumentException if there is no such head
   */
  public INDArray entropy(int head) {
    return Nd4j.createFromArray(entropy(head, queries.size()));
  }

  /** The first queries and keys. */
  double[][] weights(int head, int firstQueries, int firstKeys) {
    return filled(head, firstQueries, firstKeys, AttentionRow::weights, 0);
  }

  /** The first queries and keys. */
  double[][] scores(int head, int firstQueries, int firstKeys) {
    return filled(head, firstQueries, firstKeys, AttentionRow::scores, Double.NEGATIVE_INFINITY);
  }

  /** The first queries, over all their keys. */
  double[] entropy(int head, int firstQueries) {
    double[] entropy = new double[firstQueries];
    Arrays.fill(entropy, Double.NaN);
    for (AttentionRow row : rows(head)) {
      if (row.query() < firstQueries) {
        entropy[row.query()] = WeightRow.entropy(row.weights());
      }
    }
    return entropy;
  }

  private double[][] filled(
      int head,
      int firstQueries,
      int firstKeys,
      Function<AttentionRow, double[]> values,
      double hidden) {
    double[][] matrix = new double[firstQueries][firstKeys];
    for (double[] row : matrix) {
      Arrays.fill(row, hidden);
    }
    for (AttentionRow row : rows(head)) {
      if (row.query() < firstQueries) {
        double[] visible = values.apply(row);
        for (int i = 0; i < visible.length && row.keys()[i] < firstKeys; i++) {
          matrix[row.query()][row.keys()[i]] = visible[i];
        }
      }
    }
    return matrix;
  }

  private List<AttentionRow> rows(int head) {
    if (head < 0 || head >= rows.size()) {
      throw new IllegalArgumentException(
          "AttentionInspector: the head is %d but layer '%s' has the heads 0 to %d."
              .formatted(head, name, rows.size() - 1));
    }
    return rows.get(head);
  }
}
