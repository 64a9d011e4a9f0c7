package org.attention4j.layers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.attention4j.dl4j.LayerGraph;
import org.attention4j.dl4j.PastSteps;
import org.attention4j.internal.dotproduct.ParameterNames;
import org.attention4j.internal.graph.DecaySums;
import org.attention4j.internal.graph.FusedAttention;
import org.attention4j.internal.graph.FusedGate;
import org.attention4j.internal.graph.FusedNorm;
import org.attention4j.internal.graph.FusedRotary;
import org.attention4j.internal.graph.LinearMap;
import org.attention4j.internal.graph.LinearMaps;
import org.attention4j.internal.vector.FloatOps;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Attention as one operation that runs in Java. In FLOAT the projections too run on the CPU
 * kernels, which know no other type; without vector instructions, and for a few steps after earlier
 * ones, the backend's products are faster.
 */
final class FusedPath extends AttentionPath {
  private final MultiHeadAttention heads;
  private final LayerGraph graph;
  private final GraphPath asGraph;
  private final boolean fusesProjections;

  /**
   * Queries, keys and values twice.
   *
   * @param split as they are published
   * @param fused as the fused operation takes them: of that shape, or with the features of all
   *     heads in one axis, which is the same in memory and spares a copy
   * @param gate what the gate is computed from, if it is projected with them; null if not
   * @param forget what the forget gates are computed from, likewise
   */
  private record Projected(
      HeadProjections split,
      List<SDVariable> fused,
      @Nullable SDVariable gate,
      @Nullable SDVariable forget) {}

  /** One of them on its way; no scale for values and gates. */
  private record Wanted(
      AttentionSources.Sequence source,
      String weights,
      @Nullable String bias,
      long outputs,
      int heads,
      @Nullable String scale) {}

  FusedPath(MultiHeadAttention heads, LayerGraph graph, GraphPath asGraph, DataType type) {
    this.heads = heads;
    this.graph = graph;
    this.asGraph = asGraph;
    fusesProjections = type == DataType.FLOAT && FloatOps.VECTORS;
  }

  @Override
  SDVariable apply(AttentionSources sources) {
    Projected projected = project(sources);
    SDVariable attended = attendAll(projected, sources);
    asGraph.observeGated(attended);
    SDVariable gated =
        projected.gate() == null
            ? asGraph.gated(attended, sources.queries())
            : FusedGate.apply(attended, projected.gate());
    return merge(gated, sources.outputShape());
  }

  private SDVariable attendAll(Projected projected, AttentionSources sources) {
    PastSteps past = graph.past().orElse(null);
    if (past != null) {
      List<SDVariable> fused = projected.fused();
      return attend(
          List.of(
              fused.get(0),
              past.andNew(AttentionLayer.KEYS, fused.get(1)),
              past.andNew(AttentionLayer.VALUES, fused.get(2))),
          sources.keyMask(),
          decays(projected.forget(), sources));
    }
    // Only for those who ask for scores and weights; the output below does not depend on it.
    asGraph.attend(projected.split(), sources, UnaryOperator.identity());
    return attend(projected.fused(), sources.keyMask(), decays(projected.forget(), sources));
  }

  /** Learned queries have fewer examples than keys, and are repeated after their projection. */
  private Projected project(AttentionSources sources) {
    if (!fusesProjections || sources.learnedQueries()) {
      HeadProjections split = asGraph.project(sources);
      return new Projected(
          split, List.of(split.queries(), split.keys(), split.values()), null, null);
    }
    List<Wanted> wanted =
        new ArrayList<>(
            List.of(
                ofHeads(
                    sources.queries(),
                    ParameterNames.QUERY_WEIGHTS,
                    ParameterNames.QUERY_BIAS,
                    heads.heads(),
                    ParameterNames.QUERY_SCALE),
                ofHeads(
                    sources.keys(),
                    ParameterNames.KEY_WEIGHTS,
                    ParameterNames.KEY_BIAS,
                    heads.keyValueHeads(),
                    ParameterNames.KEY_SCALE),
                ofHeads(
                    sources.valueSequence(),
                    ParameterNames.VALUE_WEIGHTS,
                    ParameterNames.VALUE_BIAS,
                    heads.keyValueHeads(),
                    null)));
    int ofAttention = wanted.size();
    Wanted gate =
        new Wanted(
            sources.queries(),
            ParameterNames.GATE_WEIGHTS,
            ParameterNames.GATE_BIAS,
            heads.gates(),
            heads.heads(),
            null);
    Wanted forget =
        new Wanted(
            sources.keys(),
            ParameterNames.FORGET_WEIGHTS,
            ParameterNames.FORGET_BIAS,
            heads.heads(),
            heads.heads(),
            null);
    if (heads.options().gated()) {
      wanted.add(gate);
    }
    if (heads.options().forgets() && heads.projected()) {
      wanted.add(forget);
    }
    List<SDVariable> flat =
        heads.projected()
            ? linearMaps(wanted)
            : wanted.stream().map(one -> one.source().x()).toList();
    List<SDVariable> split = new ArrayList<>();
    List<SDVariable> fused = new ArrayList<>();
    for (int i = 0; i < ofAttention; i++) {
      Wanted one = wanted.get(i);
      SDVariable x = normedAndRotated(flat.get(i), one);
      fused.add(x);
      split.add(one.source().shape().split(x, one.heads(), heads.headFeatures()));
    }
    return new Projected(
        new HeadProjections(split.get(0), split.get(1), split.get(2)),
        fused,
        of(gate, wanted, flat),
        of(forget, wanted, flat));
  }

  /** Queries and keys [b, h * d, T], normalised and rotated if so chosen; values as they are. */
  private SDVariable normedAndRotated(SDVariable x, Wanted one) {
    String scale = one.scale();
    if (scale == null) {
      return x;
    }
    AttentionOptions options = heads.options();
    SDVariable normed =
        options.qkNorm
            ? FusedNorm.rmsNorm(x, graph.parameter(scale), MultiHeadAttention.SQUARE_FLOOR)
            : x;
    return options.position == Position.ROTARY
        ? FusedRotary.apply(
            normed,
            one.source().positions(),
            Math.toIntExact(heads.headFeatures()),
            options.rotaryBase)
        : normed;
  }

  private static @Nullable SDVariable of(Wanted one, List<Wanted> wanted, List<SDVariable> flat) {
    int index = wanted.indexOf(one);
    return index < 0 ? null : flat.get(index);
  }

  /** The sums of what the heads forget, shape [b, h, Tk]; null if they do not. */
  private @Nullable SDVariable decays(@Nullable SDVariable projected, AttentionSources sources) {
    if (!heads.options().forgets()) {
      return null;
    }
    SDVariable input = projected == null ? asGraph.forgetInput(sources.keys()) : projected;
    SDVariable all =
        graph
            .past()
            .map(past -> asGraph.allForgetInputs(past, input, sources.keys().shape()))
            .orElse(input);
    return DecaySums.apply(all, sources.keyMask());
  }

  private Wanted ofHeads(
      AttentionSources.Sequence source,
      String weights,
      String bias,
      int count,
      @Nullable String scale) {
    return new Wanted(
        source,
        weights,
        heads.options().hasBias ? bias : null,
        count * heads.headFeatures(),
        count,
        scale);
  }

  /** Those that come from one sequence are one operation, which reads it once. */
  private List<SDVariable> linearMaps(List<Wanted> wanted) {
    Map<SDVariable, List<Wanted>> bySource = new LinkedHashMap<>();
    wanted.forEach(
        one -> bySource.computeIfAbsent(one.source().x(), x -> new ArrayList<>()).add(one));
    Map<Wanted, SDVariable> results = new LinkedHashMap<>();
    bySource.forEach(
        (x, ones) -> {
          List<SDVariable> projected =
              LinearMaps.apply(
                  x, ones.stream().map(this::linearMap).toList(), JavaPath.isFewSteps(graph));
          for (int i = 0; i < ones.size(); i++) {
            results.put(ones.get(i), projected.get(i));
          }
        });
    return wanted.stream().map(one -> Objects.requireNonNull(results.get(one))).toList();
  }

  private LinearMap linearMap(Wanted one) {
    String bias = one.bias();
    return new LinearMap(
        graph.parameter(one.weights()),
        one.outputs(),
        false,
        bias == null ? null : graph.parameter(bias));
  }

  /** The attended values, shape [b, h * d, Tq]. */
  private SDVariable attend(
      List<SDVariable> queriesKeysValues,
      @Nullable SDVariable keyMask,
      @Nullable SDVariable decays) {
    AttentionOptions options = heads.options();
    List<SDVariable> parameters = List.copyOf(heads.normalizerVariables(graph).values());
    double dropout = graph.training() ? options.attentionDropout : 0;
    FusedAttention.Options fusedOptions =
        new FusedAttention.Options(
            heads.heads(),
            heads.keyValueHeads(),
            options.normalizer.kernel().orElseThrow(),
            parameters.size(),
            heads.attention().scaleFor(heads.headFeatures()),
            heads.options().range(),
            options.position == Position.ALIBI,
            options.forgets(),
            dropout,
            graph.training());
    return FusedAttention.apply(
        fusedOptions,
        queriesKeysValues,
        keyMask,
        decays,
        parameters,
        dropout > 0 ? graph.weightsDropoutSeed(dropout) : null);
  }

  /** From [b, h * d, Tq] to [b, outputSize, Tq]. */
  private SDVariable merge(SDVariable attended, SequenceShape shape) {
    if (!fusesProjections || !heads.projected()) {
      return asGraph.projectOutput(attended, shape);
    }
    SDVariable bias = heads.options().hasBias ? graph.parameter(ParameterNames.OUTPUT_BIAS) : null;
    LinearMap map =
        new LinearMap(
            graph.parameter(ParameterNames.OUTPUT_WEIGHTS), heads.outputSize(), true, bias);
    return LinearMaps.apply(attended, List.of(map), JavaPath.isFewSteps(graph)).get(0);
  }
}
