package org.attention4j.internal.probes;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.attention4j.internal.dotproduct.AttentionNote;
import org.attention4j.monitor.metrics.Geometry;
import org.attention4j.monitor.metrics.MetricGroup;
import org.attention4j.normalizer.Normalizer;
import org.nd4j.autodiff.samediff.SameDiff;

/** Takes snapshots of the attention in SameDiff graphs. */
public final class GraphProbes {
  private final Sampling sampling;
  private final Geometry geometry;
  private final Set<MetricGroup> groups;

  /** By the name of the attention, since each knows the number of its heads. */
  private final Map<String, NormalizerEvaluator> evaluators = new ConcurrentHashMap<>();

  /**
   * Takes what all snapshots have in common.
   *
   * @param sampling draws examples and queries
   * @param geometry which vectors are the tokens
   * @param groups the metrics that are wanted
   */
  public GraphProbes(Sampling sampling, Geometry geometry, Set<MetricGroup> groups) {
    this.sampling = sampling;
    this.geometry = geometry;
    this.groups = groups;
  }

  /**
   * A snapshot of each attention in a graph, which has taken nothing yet.
   *
   * @param graph the graph, not its gradient function
   * @param iteration the iteration
   * @param training whether gradients and updates are to come
   * @return one for each attention that the facade has written into the graph
   */
  public List<GraphSnapshot> begin(SameDiff graph, int iteration, boolean training) {
    return AttentionNote.of(graph).stream()
        .map(note -> new GraphSnapshot(note, graph, this, iteration, training))
        .toList();
  }

  Sampling sampling() {
    return sampling;
  }

  Geometry geometry() {
    return geometry;
  }

  boolean wants(MetricGroup group) {
    return groups.contains(group);
  }

  NormalizerEvaluator evaluator(String attention, Normalizer normalizer, int heads) {
    return evaluators.computeIfAbsent(attention, name -> NormalizerEvaluator.of(normalizer, heads));
  }
}
