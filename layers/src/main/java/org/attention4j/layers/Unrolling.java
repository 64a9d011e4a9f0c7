package org.attention4j.layers;

import static org.attention4j.internal.graph.GraphShapes.doubleRange;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.attention4j.dl4j.LayerGraph;
import org.attention4j.internal.attention.KeyRange;
import org.attention4j.internal.dotproduct.AttentionWindow;
import org.attention4j.internal.dotproduct.ColumnAttention;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One pass over the steps of a {@link RecurrentAttentionLayer}, written step by step into a graph.
 */
final class Unrolling {
  private final RecurrentAttentionLayer layer;
  private final LayerGraph graph;
  private final SameDiff sd;
  private final int steps;
  private final GraphPath path;
  private final SequenceShape oneStep;
  private final SDVariable keyPositions;
  private final SDVariable keys;
  private final SDVariable values;
  private final @Nullable SDVariable keyMask;
  private final KeyRange range;
  private final @Nullable ForgetGates gates;

  /** One at the first keys that are not masked; null without a mask or such keys. */
  private final @Nullable SDVariable firstKeys;

  /** Wᵀ x + b of each step, shape [b, nOut]. */
  private final SDVariable[] inputs;

  private final @Nullable RememberedOutput remembered;
  private final List<SDVariable> queries = new ArrayList<>();
  private final List<SDVariable> scores = new ArrayList<>();
  private final List<SDVariable> weights = new ArrayList<>();

  /** One where a step counts and attends, each of shape [b, 1]; empty without a mask. */
  private final List<SDVariable> counts = new ArrayList<>();

  private @Nullable SDVariable previous;
  private int step;

  Unrolling(RecurrentAttentionLayer layer, LayerGraph graph) {
    this.layer = layer;
    path = new GraphPath(layer.heads(), graph);
    this.graph = graph;
    sd = graph.sameDiff();
    steps = graph.unrolledSteps();
    oneStep = SequenceShape.singleStep(sd);
    SDVariable x = graph.input();
    SequenceShape shape = new SequenceShape(x);
    keyPositions = doubleRange(shape.steps());
    AttentionSources.Sequence sequence = new AttentionSources.Sequence(x, shape, keyPositions);
    keys = path.forEachQueryHead(path.keys(sequence), shape);
    values = path.forEachQueryHead(path.values(sequence), shape);
    keyMask = graph.mask().map(AttentionLayer::asKeyMask).orElse(null);
    range = layer.options().range();
    gates = path.gates(sequence, graph.mask().orElse(null));
    firstKeys =
        keyMask == null || range.first() == 0
            ? null
            : AttentionWindow.firstOfUnmasked(keyMask.castTo(DataType.FLOAT), range.first())
                .castTo(keys.dataType());
    inputs = sd.unstack(layer.projectedInput(graph, shape), 2, steps);
    remembered = graph.mask().map(mask -> new RememberedOutput(mask, steps)).orElse(null);
  }

  /** The next step's output, shape [b, nOut]. */
  SDVariable next() {
    SDVariable sum = previous == null ? inputs[0] : inputs[step].add(recurrent(previous));
    SDVariable output = layer.activate(sum);
    if (remembered != null) {
      remembered.add(output, step);
    }
    previous = output;
    step++;
    return output;
  }

  private SDVariable recurrent(SDVariable previous) {
    if (remembered == null) {
      return layer.recurrent(graph, attended(previous));
    }
    SDVariable attended = attended(remembered.query(previous, step));
    SDVariable attends = remembered.attends(step);
    counts.add(remembered.counts(step).mul(attends));
    return layer.recurrent(graph, attended).mul(attends);
  }

  /** What a query of shape [b, nOut] finds in the input, shape [b, nOut]. */
  private SDVariable attended(SDVariable query) {
    SDVariable position = sd.constant(Nd4j.createFromArray((double) step));
    AttentionSources.Sequence source = new AttentionSources.Sequence(query, oneStep, position);
    SDVariable ofHeads = path.queries(source);
    ColumnAttention.Result attention =
        path.attention(position, keyPositions, gates)
            .withWindow(AttentionWindow.causal(false)) // the query is not the last one
            .withDropout(this::dropped)
            .withMask(visible())
            .apply(ofHeads, keys, values);
    graph.observeGradient(attention.output());
    queries.add(ofHeads);
    scores.add(attention.scores());
    weights.add(attention.weights());
    return path.merge(attention.output(), source, oneStep);
  }

  private SDVariable dropped(SDVariable weights) {
    return graph.dropout(weights, layer.options().attentionDropout, layer::weightsShape);
  }

  private @Nullable SDVariable visible() {
    if (!range.causal() && range.window() == 0) {
      return keyMask;
    }
    if (keyMask == null) {
      return constant(range);
    }
    SDVariable seen = constant(new KeyRange(range.causal(), range.window(), 0));
    if (firstKeys != null) {
      SDVariable first = firstKeys.mul(constant(KeyRange.causal(range.causal())));
      seen = AttentionWindow.either(seen, first);
    }
    return keyMask.mul(seen);
  }

  /** Ones at the keys that the query of this step sees if none is masked. */
  private SDVariable constant(KeyRange visible) {
    double[] seen = new double[steps];
    Arrays.setAll(seen, key -> visible.sees(step, key, key) ? 1 : 0);
    return sd.constant(Nd4j.createFromArray(seen).reshape(1, 1, 1, steps).castTo(keys.dataType()));
  }

  void publish() {
    queries.add(0, sd.zerosLike(keys.sum(true, 3)));
    graph.publish(AttentionLayer.QUERIES, sd.concat(3, queries.toArray(SDVariable[]::new)));
    graph.publish(AttentionLayer.KEYS, keys);
    graph.publish(AttentionLayer.VALUES, values);
    SDVariable none = sd.zerosLike(keys.sum(true, 2));
    scores.add(0, none);
    weights.add(0, none);
    SDVariable allScores =
        graph.publish(AttentionLayer.SCORES, sd.concat(2, scores.toArray(SDVariable[]::new)));
    SDVariable allWeights =
        graph.publish(AttentionLayer.WEIGHTS, sd.concat(2, weights.toArray(SDVariable[]::new)));
    EntropyPenalty.add(graph, layer.options(), allScores, allWeights, allCounts());
  }

  /** The first step does not attend. */
  private @Nullable SDVariable allCounts() {
    if (remembered == null) {
      return null; // the first row has no weights, and so does not count in any case
    }
    counts.add(0, sd.zerosLike(remembered.counts(0)));
    return sd.concat(1, counts.toArray(SDVariable[]::new));
  }
}
