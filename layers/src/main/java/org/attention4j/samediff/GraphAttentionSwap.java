package org.attention4j.samediff;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;

/**
 * Replaces the softmax over attention scores in a SameDiff graph by another normalizer: in a graph
 * that was imported, or written by hand without {@link Attention}. The given graph is left as it
 * is.
 *
 * <pre>{@code
 * var swapped = GraphAttentionSwap.with(Normalizers.entmax15()).in(graph);
 * swapped.report().forEach(System.out::println);
 * SameDiff sparse = swapped.graph();
 * }</pre>
 *
 * <p>A softmax is taken for one of attention if all of this is true:
 *
 * <ul>
 *   <li>It is over the last axis.
 *   <li>Its input comes from a product of two matrices that both depend on inputs of the graph, by
 *       way of scaling, additions, masks, changes of type and shape. A product with weights is a
 *       linear map, as before a classifier's softmax.
 *   <li>Its output is multiplied by a third such matrix, from the left, and its last axis is summed
 *       over.
 * </ul>
 *
 * <p>Masks are found on the way. A key is hidden where something of -5,000 or less is added to its
 * score (see {@link Attention}), or 5,000 or more subtracted, and where an operation {@code where}
 * puts such a constant in place of its score. What is added otherwise, as a bias, stays part of the
 * scores.
 *
 * <p>Every other softmax stays, and is reported with the reason. With {@link Normalizers#softmax()}
 * the graph gives what it gave, but for queries without a visible key, whose weights become zero.
 *
 * <p>All variables keep their names. The parameters of a normalizer are new variables, {@code <name
 * of the weights>/s} and so on. The settings for training are kept, the state of the updater is
 * not.
 */
public final class GraphAttentionSwap {
  private final Normalizer normalizer;
  private final int heads;

  /** Names of weights to replace; empty for all. */
  private final Set<String> names;

  private GraphAttentionSwap(Normalizer normalizer, int heads, Set<String> names) {
    this.normalizer = normalizer;
    this.heads = heads;
    this.names = names;
  }

  /**
   * Starts a swap.
   *
   * @param normalizer from scores to weights instead of softmax
   * @return the swap, of every softmax over attention scores
   * @throws IllegalArgumentException if it is null
   */
  public static GraphAttentionSwap with(Normalizer normalizer) {
    @Nullable Normalizer given = normalizer;
    if (given == null) {
      throw new IllegalArgumentException(
          "GraphAttentionSwap.with(..): the normalizer is null but must be one, such as"
              + " Normalizers.entmax15().");
    }
    return new GraphAttentionSwap(normalizer, 0, Set.of());
  }

  /**
   * Says how many heads there are, for a normalizer with parameters. Heads are the second of four
   * axes of the scores; scores of fewer axes have one head.
   *
   * @param heads h, at least 1
   * @return this swap with heads
   * @throws IllegalArgumentException if it is less than 1
   */
  public GraphAttentionSwap heads(int heads) {
    if (heads < 1) {
      throw new IllegalArgumentException(
          "GraphAttentionSwap: heads is %d but must be at least 1.".formatted(heads));
    }
    return new GraphAttentionSwap(normalizer, heads, names);
  }

  /**
   * Restricts the swap.
   *
   * @param weights names of outputs of softmax operations, at least one
   * @return a swap of those alone
   * @throws IllegalArgumentException if there is no name
   */
  public GraphAttentionSwap only(String... weights) {
    if (weights.length == 0) {
      throw new IllegalArgumentException(
          "GraphAttentionSwap.only() needs at least one name; leave it out to replace all.");
    }
    return new GraphAttentionSwap(normalizer, heads, new LinkedHashSet<>(List.of(weights)));
  }

  /**
   * Makes a graph with another normalizer.
   *
   * @param graph any
   * @return the new graph and what became of each softmax
   * @throws IllegalArgumentException if the graph has no softmax of a name that was given to {@link
   *     #only}
   */
  public Result in(SameDiff graph) {
    SameDiff copy = copy(graph);
    Map<String, SameDiffOp> softmaxes = new LinkedHashMap<>();
    Map<String, String> replaced = new LinkedHashMap<>();
    Map<String, String> kept = new LinkedHashMap<>();
    for (SameDiffOp operation : copy.getOps().values()) {
      String output = operation.getOutputsOfOp().get(0);
      if (operation.getOp() instanceof SoftMax) {
        softmaxes.put(output, operation);
      } else if (operation.getOp().opName().contains("dot_product_attention")) {
        kept.put(output, "It is attention as one operation, whose softmax is inside.");
      }
    }
    requireKnown(softmaxes.keySet());
    GraphTrace trace = new GraphTrace(copy);
    softmaxes.forEach(
        (name, operation) -> {
          if (!names.isEmpty() && !names.contains(name)) {
            kept.put(name, "It was not named.");
            return;
          }
          SoftmaxSite site = SoftmaxSite.of(trace, operation);
          @Nullable String reason = site.reason() == null ? missingHeads(site) : site.reason();
          if (reason == null) {
            site.replace(copy, operation, normalizer, heads);
            replaced.put(name, sentence(site));
          } else {
            kept.put(name, reason);
          }
        });
    return new Result(copy, replaced, kept);
  }

  private @Nullable String missingHeads(SoftmaxSite site) {
    return site.rank() == SoftmaxSite.RANK_WITH_HEADS
            && heads == 0
            && !normalizer.parameters(1).isEmpty()
        ? "%s has parameters for each head, and the number of heads is not known; say it with"
                .formatted(normalizer)
            + " heads(h)."
        : null;
  }

  private String sentence(SoftmaxSite site) {
    List<String> masks = site.masks().stream().map(GraphTrace.Mask::describe).toList();
    return "The softmax over the scores '%s' is replaced by %s; %s."
        .formatted(
            site.product(),
            normalizer,
            masks.isEmpty() ? "there is no mask" : "masks: " + String.join(", ", masks));
  }

  /** Without the state of the updater, which has nothing for new parameters. */
  private static SameDiff copy(SameDiff graph) {
    try {
      return SameDiff.fromFlatBuffers(graph.asFlatBuffers(false));
    } catch (IOException e) {
      throw new UncheckedIOException("GraphAttentionSwap: the graph cannot be copied.", e);
    }
  }

  private void requireKnown(Set<String> known) {
    Set<String> unknown = new LinkedHashSet<>(names);
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "GraphAttentionSwap: the graph has no softmax '%s'; there are '%s'."
              .formatted(String.join("', '", unknown), String.join("', '", known)));
    }
  }

  /**
   * A graph with another normalizer, and what became of each softmax.
   *
   * @param graph the new graph
   * @param replaced a sentence for each softmax that was replaced, by the name of its output
   * @param kept the reason, a sentence, for each one that stayed as it was, by the name of its
   *     output
   */
  public record Result(SameDiff graph, Map<String, String> replaced, Map<String, String> kept) {
    /**
     * Copies the maps and keeps their order.
     *
     * @param graph the new graph
     * @param replaced a sentence for each that was replaced
     * @param kept a reason for each that was not
     */
    public Result {
      replaced = Collections.unmodifiableMap(new LinkedHashMap<>(replaced));
      kept = Collections.unmodifiableMap(new LinkedHashMap<>(kept));
    }

    /**
     * What became of each softmax, for people.
     *
     * @return one line for each that was replaced, then for each that was kept; one line that says
     *     so if there is none
     */
    public List<String> report() {
      List<String> lines = new ArrayList<>();
      replaced.forEach((name, sentence) -> lines.add("'" + name + "': " + sentence));
      kept.forEach((name, reason) -> lines.add("'" + name + "' is kept: " + reason));
      return lines.isEmpty() ? List.of("There is no softmax in this graph.") : List.copyOf(lines);
    }
  }
}
