package org.attention4j.layers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.attention4j.dl4j.LayerGraph;
import org.attention4j.internal.graph.LinearMaps;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Queries, keys and values of each head.
 *
 * @param queries Q, shape [b, h, d, Tq]
 * @param keys K, shape [b, g, d, Tk]
 * @param values V, shape [b, g, d, Tk]
 * @param fused the same three as a fused operation takes them: of that shape, or with the features
 *     of all heads in one axis, which is the same in memory and spares a copy
 */
record HeadProjections(
    SDVariable queries, SDVariable keys, SDVariable values, List<SDVariable> fused) {

  /** Where a projection starts. */
  record Source(SDVariable x, SequenceShape shape, SDVariable positions) {}

  /** One of the three on its way. */
  private record Wanted(Source source, String weights, String bias, int heads, String scale) {}

  /** Three variables of rank 4. */
  static HeadProjections of(SDVariable queries, SDVariable keys, SDVariable values) {
    return new HeadProjections(queries, keys, values, List.of(queries, keys, values));
  }

  /** Projects on the road that {@link Execution} leads to. */
  static HeadProjections of(
      LayerGraph graph, MultiHeadAttention heads, Source queries, Source keys, SDVariable values) {
    if (!heads.fusesProjections(keys.x().dataType())) {
      return of(
          heads.queries(graph, queries.x(), queries.shape(), queries.positions()),
          heads.keys(graph, keys.x(), keys.shape(), keys.positions()),
          heads.values(graph, values, keys.shape()));
    }
    Source valueSource = new Source(values, keys.shape(), keys.positions());
    List<Wanted> wanted =
        List.of(
            new Wanted(
                queries,
                MultiHeadAttention.WQ,
                MultiHeadAttention.BQ,
                heads.heads(),
                MultiHeadAttention.QUERY_SCALE),
            new Wanted(
                keys,
                MultiHeadAttention.WK,
                MultiHeadAttention.BK,
                heads.keyValueHeads(),
                MultiHeadAttention.KEY_SCALE),
            new Wanted(
                valueSource,
                MultiHeadAttention.WV,
                MultiHeadAttention.BV,
                heads.keyValueHeads(),
                ""));
    List<SDVariable> flat = heads.projected() ? project(graph, heads, wanted) : sources(wanted);
    List<SDVariable> split = new ArrayList<>();
    List<SDVariable> fused = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      Wanted one = wanted.get(i);
      SDVariable rank4 = one.source().shape().split(flat.get(i), one.heads(), heads.headFeatures());
      boolean changed = !one.scale().isEmpty() && heads.changesQueriesAndKeys();
      if (changed) {
        rank4 = heads.normedAndPlaced(graph, rank4, one.scale(), one.source().positions());
      }
      split.add(rank4);
      fused.add(changed ? rank4 : flat.get(i));
    }
    return new HeadProjections(split.get(0), split.get(1), split.get(2), fused);
  }

  private static List<SDVariable> sources(List<Wanted> wanted) {
    return wanted.stream().map(one -> one.source().x()).toList();
  }

  /** Those that come from one sequence are one operation, which reads it once. */
  private static List<SDVariable> project(
      LayerGraph graph, MultiHeadAttention heads, List<Wanted> wanted) {
    Map<SDVariable, List<Wanted>> bySource = new LinkedHashMap<>();
    wanted.forEach(
        one -> bySource.computeIfAbsent(one.source().x(), x -> new ArrayList<>()).add(one));
    Map<Wanted, SDVariable> results = new LinkedHashMap<>();
    bySource.forEach(
        (x, ones) -> {
          List<SDVariable> projected =
              LinearMaps.apply(x, ones.stream().map(one -> map(graph, heads, one)).toList());
          for (int i = 0; i < ones.size(); i++) {
            results.put(ones.get(i), projected.get(i));
          }
        });
    return wanted.stream().map(one -> known(results, one)).toList();
  }

  private static LinearMaps.Linear map(LayerGraph graph, MultiHeadAttention heads, Wanted one) {
    return new LinearMaps.Linear(
        graph.parameter(one.weights()),
        one.heads() * heads.headFeatures(),
        false,
        heads.options().hasBias ? graph.parameter(one.bias()) : null);
  }

  private static SDVariable known(Map<Wanted, SDVariable> results, Wanted one) {
    return Objects.requireNonNull(results.get(one));
  }
}
