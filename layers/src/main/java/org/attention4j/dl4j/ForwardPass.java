package org.attention4j.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.attention4j.internal.attention.LargestScores;
import org.attention4j.internal.graph.Value;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a backward pass may take over from the forward pass before it.
 *
 * @param graph what ran; null before the first pass
 * @param training whether it was a training pass
 * @param dropoutDraws the factors of its dropout
 * @param inputs its inputs and masks, as they were given
 * @param masks what was read of the masks
 * @param results the intermediate results that it kept for the backward pass; none of inference
 * @param loss the layer's own loss in it, 0 if it has none
 */
record ForwardPass(
    @Nullable CompiledGraph graph,
    boolean training,
    Map<String, INDArray> dropoutDraws,
    List<INDArray> inputs,
    Map<String, INDArray> masks,
    List<Value> results,
    double loss) {

  /** Before any pass. */
  static ForwardPass none() {
    return new ForwardPass(null, false, Map.of(), List.of(), Map.of(), List.of(), 0);
  }

  static List<INDArray> arrays(GraphInputs inputs) {
    List<INDArray> arrays = new ArrayList<>(inputs.inputs().values());
    arrays.addAll(inputs.masks().values());
    return arrays;
  }

  /** Whether it was a pass of these very inputs. */
  boolean isOf(GraphInputs other) {
    List<INDArray> others = arrays(other);
    boolean same = inputs.size() == others.size();
    for (int i = 0; same && i < others.size(); i++) {
      same = inputs.get(i) == others.get(i);
    }
    return same;
  }

  /** The results, if they belong to these very inputs and their memory is still theirs. */
  List<Value> resultsFor(GraphInputs other) {
    return isOf(other) && results.stream().allMatch(ForwardPass::isAlive) ? results : List.of();
  }

  /** Of the graph's published results those that it kept in Java, by name. */
  Map<String, float[]> published(List<String> names) {
    return graph == null || results.isEmpty() ? Map.of() : graph.published(names, results);
  }

  /** Asks for the largest scores of attention in the backward pass that follows a training pass. */
  boolean observeScores(float @Nullable [] queryMask, Consumer<LargestScores> observer) {
    return graph != null && !results.isEmpty() && graph.observeScores(queryMask, observer);
  }

  /** What was kept is not needed twice, and may be large. */
  ForwardPass withoutResults() {
    return new ForwardPass(graph, training, dropoutDraws, List.of(), Map.of(), List.of(), loss);
  }

  private static boolean isAlive(Value value) {
    INDArray array = value.existingArray();
    if (array == null || !array.isAttached()) {
      return true;
    }
    MemoryWorkspace workspace = array.data().getParentWorkspace();
    return workspace.isScopeActive()
        && workspace.getGenerationId() == array.data().getGenerationId();
  }
}
