package org.attention4j.samediff;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.attention4j.internal.graph.Precision;
import org.attention4j.normalizer.MaskedScores;
import org.attention4j.normalizer.Normalizer;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.autodiff.samediff.internal.Variable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/**
 * A softmax and what is around it.
 *
 * @param product the product of queries and keys; empty if there is a reason
 * @param rank axes of the scores
 * @param masks what hides keys
 * @param reason why it is none of attention, or cannot be replaced; null if it can
 */
record SoftmaxSite(String product, int rank, List<GraphTrace.Mask> masks, @Nullable String reason) {
  /** Examples, heads, queries, keys. */
  static final int RANK_WITH_HEADS = 4;

  static SoftmaxSite of(GraphTrace trace, SameDiffOp softmax) {
    String scores = softmax.getInputsToOp().get(0);
    String weights = softmax.getOutputsOfOp().get(0);
    GraphTrace.@Nullable Origin origin = trace.origin(scores);
    if (origin == null) {
      return not(
          "Its input '%s' does not come from a product of queries and keys.".formatted(scores));
    }
    if (!trace.weighValues(weights)) {
      return not("It is over scores, but its output is not multiplied by values.");
    }
    int rank = trace.rank(scores);
    if (rank < 2 || rank > RANK_WITH_HEADS) {
      return not(
          rank == GraphTrace.UNKNOWN
              ? "The number of axes of '%s' is not known before the graph runs.".formatted(scores)
              : "'%s' has %d axes but must have 2, 3 or 4.".formatted(scores, rank));
    }
    int axis = axis((DynamicCustomOp) softmax.getOp());
    if (axis != -1 && axis != rank - 1) {
      return not("It is over axis %d of %d but must be over the last.".formatted(axis, rank));
    }
    return new SoftmaxSite(origin.product(), rank, origin.masks(), null);
  }

  private static SoftmaxSite not(String reason) {
    return new SoftmaxSite("", 0, List.of(), reason);
  }

  private static int axis(DynamicCustomOp softmax) {
    return softmax.numIArguments() == 0 ? -1 : softmax.getIArgument(0).intValue();
  }

  /** Puts a normalizer in place of the softmax. The new weights have the name of the old ones. */
  void replace(SameDiff graph, SameDiffOp softmax, Normalizer normalizer, int heads) {
    String name = softmax.getOutputsOfOp().get(0);
    SDVariable scores = graph.getVariable(softmax.getInputsToOp().get(0));
    DataType wide = Precision.atLeastFloat(scores.dataType());
    int knownHeads = rank == RANK_WITH_HEADS ? heads : 1;
    NormalizerVariables parameters = new NormalizerVariables(normalizer, knownHeads);
    Map<String, SDVariable> variables =
        parameters.create(graph, parameters.freeName(graph, name), wide);
    @Nullable SDVariable visible = visible(graph, scores, wide);
    SDVariable weights =
        MaskedScores.normalize(
            normalizer,
            withFourAxes(graph, scores),
            visible == null ? null : withFourAxes(graph, visible),
            knownHeads,
            variables);
    takePlace(graph, softmax, withoutAdded(graph, weights));
  }

  /** One where a key is visible, in the shape of the scores; null if nothing hides one. */
  private @Nullable SDVariable visible(SameDiff graph, SDVariable scores, DataType type) {
    @Nullable SDVariable visible = null;
    for (GraphTrace.Mask mask : masks) {
      SDVariable given = graph.getVariable(mask.variable());
      SDVariable shown =
          switch (mask.kind()) {
            case ADDED -> given.gt(AttentionMask.HIDING).castTo(type);
            case SUBTRACTED -> given.lt(-AttentionMask.HIDING).castTo(type);
            case SHOWS_WHERE_TRUE -> given.castTo(type);
            case SHOWS_WHERE_FALSE -> given.castTo(type).rsub(1.0);
          };
      visible = (visible == null ? graph.onesLike(scores).castTo(type) : visible).mul(shown);
    }
    return visible;
  }

  private SDVariable withFourAxes(SameDiff graph, SDVariable x) {
    return switch (rank) {
      case 2 -> graph.expandDims(graph.expandDims(x, 0), 0);
      case 3 -> graph.expandDims(x, 1);
      default -> x;
    };
  }

  private SDVariable withoutAdded(SameDiff graph, SDVariable x) {
    return switch (rank) {
      case 2 -> graph.squeeze(graph.squeeze(x, 0), 0);
      case 3 -> graph.squeeze(x, 1);
      default -> x;
    };
  }

  /** All that read the old weights read the new ones, whose name becomes that of the old ones. */
  private static void takePlace(SameDiff graph, SameDiffOp softmax, SDVariable weights) {
    Map<String, Variable> variables = graph.getVariables();
    String old = softmax.getOutputsOfOp().get(0);
    String fresh = weights.name();
    List<String> readers = new ArrayList<>();
    @Nullable List<String> known = variable(variables, old).getInputsForOp();
    if (known != null) {
      readers.addAll(known);
    }
    for (String reader : readers) {
      SameDiffOp operation = Objects.requireNonNull(graph.getOps().get(reader));
      List<String> inputs = new ArrayList<>(operation.getInputsToOp());
      inputs.replaceAll(input -> input.equals(old) ? fresh : input);
      operation.setInputsToOp(inputs);
    }
    variable(variables, fresh).setInputsForOp(readers);
    Variable scores = variable(variables, softmax.getInputsToOp().get(0));
    List<String> others = new ArrayList<>(scores.getInputsForOp());
    others.remove(softmax.getName());
    scores.setInputsForOp(others);
    graph.getOps().remove(softmax.getName());
    variables.remove(old);
    graph.renameVariable(fresh, old);
  }

  private static Variable variable(Map<String, Variable> variables, String name) {
    return Objects.requireNonNull(variables.get(name));
  }
}
