package org.attention4j.monitor.metrics;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What a metric gets to see of one head on one iteration.
 *
 * @param layer the layer's name
 * @param head counted from 0
 * @param rows the sampled queries that have a visible key; may be empty
 * @param normalizerParameters the learned quantities of the normalizer by name, such as {@code
 *     alpha}, as {@link org.attention4j.normalizer.Normalizer#learned} gives them; and {@code
 *     forgetGate}, the mean of the gates where the position forgets
 * @param parameters norms of this head's share of each parameter of the layer, by name, such as
 *     {@code Wq}; parameters that belong to all heads together are left out
 * @param largest the largest scores of the head, over all rows of the batch; null if they were not
 *     computed, or no query sees a key
 * @param layerRows the rows of all heads of the layer, of the same queries; empty if not known
 */
public record HeadProbe(
    String layer,
    int head,
    List<AttentionRow> rows,
    Map<String, Double> normalizerParameters,
    Map<String, Norms> parameters,
    @Nullable Largest largest,
    List<List<AttentionRow>> layerRows) {
  /**
   * The largest scores of a head over all rows of a batch: exact, not sampled. Padding and masked
   * keys do not count.
   *
   * @param score max |z|, of the scores as the normalizer sees them
   * @param product max |scale qᵀ k|, without the bias of the position; empty if there is no bias
   */
  public record Largest(double score, OptionalDouble product) {}

  /**
   * Euclidean norms of one parameter.
   *
   * @param value of the parameter before the update
   * @param gradient of its gradient, before the updater, as Deeplearning4j computes it: for stock
   *     attention layers that is twice the true one
   * @param update of what the updater subtracted from it
   * @param nans how many entries of the three are NaN
   * @param infinities how many entries of the three are infinite
   */
  public record Norms(double value, double gradient, double update, long nans, long infinities) {}

  /**
   * Copies the collections.
   *
   * @param layer the layer's name
   * @param head the head
   * @param rows the rows
   * @param normalizerParameters the normalizer's parameters
   * @param parameters the norms
   * @param largest the largest scores
   * @param layerRows the rows of all heads
   */
  public HeadProbe {
    rows = List.copyOf(rows);
    normalizerParameters = Map.copyOf(normalizerParameters);
    parameters = Map.copyOf(parameters);
  }

  /**
   * Without what other heads have.
   *
   * @param layer the layer's name
   * @param head the head
   * @param rows the rows
   * @param normalizerParameters the normalizer's parameters
   * @param parameters the norms
   * @param largest the largest scores
   */
  public HeadProbe(
      String layer,
      int head,
      List<AttentionRow> rows,
      Map<String, Double> normalizerParameters,
      Map<String, Norms> parameters,
      @Nullable Largest largest) {
    this(layer, head, rows, normalizerParameters, parameters, largest, List.of());
  }

  /**
   * Without the largest scores and what other heads have.
   *
   * @param layer the layer's name
   * @param head the head
   * @param rows the rows
   * @param normalizerParameters the normalizer's parameters
   * @param parameters the norms
   */
  public HeadProbe(
      String layer,
      int head,
      List<AttentionRow> rows,
      Map<String, Double> normalizerParameters,
      Map<String, Norms> parameters) {
    this(layer, head, rows, normalizerParameters, parameters, null);
  }
}
