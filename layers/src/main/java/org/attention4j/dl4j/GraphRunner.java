package org.attention4j.dl4j;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.attention4j.internal.graph.Value;
import org.attention4j.internal.linear.FewStepsLinear;
import org.deeplearning4j.nn.layers.samediff.DL4JSameDiffMemoryMgr;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.internal.SessionMemMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Runs a layer's graph inside Deeplearning4j: one compiled variant for each combination of masks
 * and training, and of numbers of steps where the layer asks for them; arrays in the workspaces
 * that the network has open, one dropout draw for a forward pass and the backward pass that follows
 * it.
 *
 * <p>Belongs to one layer, and like the layer is used by one thread at a time.
 */
final class GraphRunner {
  /** Unrolled graphs are large, and the lengths of sequences may be many: the oldest goes. */
  private static final int MOST_VARIANTS = 32;

  /**
   * A graph, and what it was made for.
   *
   * @param steps a number of steps that it holds for; there may be others
   */
  private record Variant(Set<String> masked, boolean training, long steps) {}

  /** Graphs of steps that follow earlier ones. */
  private record StepVariant(boolean masked, boolean few) {}

  private final GraphDefinition definition;
  private final DataType type;
  private final MaskReader maskReader;
  private final Map<Variant, CompiledGraph> variants =
      new LinkedHashMap<>(MOST_VARIANTS, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Variant, CompiledGraph> eldest) {
          return size() > MOST_VARIANTS;
        }
      };
  private final Map<StepVariant, CompiledGraph> stepVariants = new LinkedHashMap<>();
  private ForwardPass last = ForwardPass.none();

  private @Nullable Consumer<INDArray> backwardObserver;
  private @Nullable Consumer<List<INDArray>> innerObserver;

  /** What the masks of the inputs say; the one entrance of masks into layers and vertices. */
  interface MaskReader {
    /**
     * Reads all masks of one pass.
     *
     * @param given the masks of the inputs that have one, as they came
     * @return ones and zeros in the type of the network, by input
     */
    Map<String, INDArray> read(Map<String, INDArray> given);
  }

  GraphRunner(GraphDefinition definition, DataType type, MaskReader maskReader) {
    this.definition = definition;
    this.type = type;
    this.maskReader = maskReader;
  }

  /** Computes the output, in the workspace for activations. */
  INDArray forward(GraphInputs given, boolean training, LayerWorkspaceMgr workspaces) {
    GraphInputs inputs = read(given);
    CompiledGraph graph = graph(inputs, training);
    Map<String, INDArray> dropoutDraws;
    try (MemoryWorkspace none = outsideWorkspaces()) {
      dropoutDraws = graph.drawDropout(inputs.inputShapes());
    }
    SessionMemMgr memory = memory(workspaces, ArrayType.FF_WORKING_MEM, ArrayType.ACTIVATIONS);
    CompiledGraph.release(last.results(), List.of());
    last = last.withoutResults();
    List<Value> results = graph.forward(inputs, dropoutDraws, memory);
    double loss = graph.loss(results, memory);
    List<Value> kept = training ? graph.kept(results) : List.of();
    INDArray output = results.get(0).array(memory);
    CompiledGraph.release(results, kept);
    last =
        new ForwardPass(
            graph, training, dropoutDraws, ForwardPass.arrays(given), inputs.masks(), kept, loss);
    return place(output, workspaces, ArrayType.ACTIVATIONS);
  }

  /**
   * Computes the output for steps that follow those in a memory, and remembers them there.
   *
   * @param given one input
   * @param check is given the mask of all steps, null if all count, before anything is computed
   */
  INDArray step(
      GraphInputs given,
      StepMemory memory,
      Consumer<@Nullable INDArray> check,
      LayerWorkspaceMgr workspaces) {
    GraphInputs inputs = read(given);
    String name = given.inputs().keySet().iterator().next();
    long examples = Objects.requireNonNull(given.inputs().get(name)).size(0);
    long steps = inputs.steps();
    INDArray all;
    Map<String, INDArray> pastValues;
    CompiledGraph graph;
    try (MemoryWorkspace none = outsideWorkspaces()) {
      all = memory.withNew(inputs.masks().get(name), examples, steps);
      check.accept(all);
      if (all != null && inputs.masks().isEmpty()) {
        inputs = inputs.withMasks(Map.of(name, memory.ones(examples, steps)));
      }
      pastValues = memory.placeholders(all);
      StepVariant variant = new StepVariant(all != null, FewStepsLinear.isFor(examples * steps));
      CompiledGraph known = stepVariants.get(variant);
      graph =
          known == null
              ? new CompiledGraph(definition, inputs, type, false, memory, variant.few())
              : known;
      stepVariants.put(variant, graph);
    }
    SessionMemMgr arrays = memory(workspaces, ArrayType.FF_WORKING_MEM, ArrayType.ACTIVATIONS);
    List<Value> results = graph.forward(inputs, pastValues, arrays);
    INDArray output = results.get(0).array(arrays);
    CompiledGraph.release(results, List.of());
    try (MemoryWorkspace none = outsideWorkspaces()) {
      memory.remember(all, examples, Math.toIntExact(steps));
    }
    return place(output, workspaces, ArrayType.ACTIVATIONS);
  }

  /**
   * Computes the gradients by the inputs, in the workspace for activation gradients, and writes the
   * gradients by the parameters into the given views.
   *
   * @param lossGradient the factor on the gradient of the layer's own loss
   */
  Map<String, INDArray> backward(
      GraphInputs given,
      INDArray epsilon,
      double lossGradient,
      Map<String, INDArray> parameterGradients,
      LayerWorkspaceMgr workspaces) {
    if (backwardObserver != null) {
      Consumer<INDArray> observer = backwardObserver;
      backwardObserver = null;
      observer.accept(epsilon);
    }
    GraphInputs inputs =
        last.isOf(given) ? given.withMasks(last.masks()).withoutGarbage() : read(given);
    CompiledGraph graph = graph(inputs, last.training());
    if (innerObserver != null) {
      Consumer<List<INDArray>> observer = innerObserver;
      innerObserver = null;
      observer.accept(innerGradients(graph, inputs, epsilon, lossGradient));
    }
    List<Value> fromForward = last.training() ? last.resultsFor(given) : List.of();
    if (fromForward.isEmpty()) {
      try (MemoryWorkspace none = outsideWorkspaces()) {
        graph.differentiate();
      }
    }
    SessionMemMgr memory = memory(workspaces, ArrayType.BP_WORKING_MEM, ArrayType.ACTIVATION_GRAD);
    List<Value> gradients =
        graph.backward(inputs, last.dropoutDraws(), fromForward, epsilon, lossGradient, memory);
    Map<String, INDArray> inputGradients = new LinkedHashMap<>();
    int next = 0;
    for (String name : inputs.inputs().keySet()) {
      INDArray gradient = gradients.get(next++).array(memory);
      inputGradients.put(name, place(gradient, workspaces, ArrayType.ACTIVATION_GRAD));
    }
    for (String name : inputs.parameters().keySet()) {
      INDArray view = parameterGradients.get(name);
      if (view != null) {
        gradients.get(next).copyTo(view);
      }
      next++;
    }
    CompiledGraph.release(gradients, List.of());
    CompiledGraph.release(last.results(), List.of());
    last = last.withoutResults();
    return inputGradients;
  }

  /** Whether the last forward pass was one of training. */
  boolean lastTrained() {
    return last.training();
  }

  /** The layer's own loss in the last forward pass; 0 if that was one of inference. */
  double loss() {
    return last.loss();
  }

  void observeBackward(Consumer<INDArray> observer) {
    backwardObserver = observer;
  }

  void observeInnerGradients(Consumer<List<INDArray>> observer) {
    innerObserver = observer;
  }

  /** Asks for the largest scores of the last forward pass; false if its graph has none to give. */
  boolean observeScores(float @Nullable [] queryMask, BiConsumer<float[], float[]> observer) {
    return last.observeScores(
        queryMask, largest -> observer.accept(largest.scores(), largest.products()));
  }

  private List<INDArray> innerGradients(
      CompiledGraph graph, GraphInputs inputs, INDArray epsilon, double lossGradient) {
    try (MemoryWorkspace none = outsideWorkspaces()) {
      SessionMemMgr memory = new DL4JSameDiffMemoryMgr(null, null, null, null);
      return graph.innerGradients(inputs, last.dropoutDraws(), epsilon, lossGradient, memory);
    }
  }

  /** Computes published results of an inference pass, detached from all workspaces. */
  Map<String, INDArray> intermediates(GraphInputs given, List<String> names) {
    try (MemoryWorkspace none = outsideWorkspaces()) {
      GraphInputs inputs = read(given);
      SessionMemMgr memory = new DL4JSameDiffMemoryMgr(null, null, null, null);
      return graph(inputs, false).intermediates(inputs, names, memory);
    }
  }

  /** Published results of the last forward pass, those that it has kept in Java. */
  Map<String, float[]> kept(List<String> names) {
    return last.published(names);
  }

  private GraphInputs read(GraphInputs given) {
    given.requireFittingMasks();
    return given.withMasks(maskReader.read(given.masks())).withoutGarbage();
  }

  private CompiledGraph graph(GraphInputs inputs, boolean training) {
    Set<String> masked = Set.copyOf(inputs.masks().keySet());
    long steps = inputs.steps();
    Variant wanted = new Variant(masked, training, steps);
    for (Map.Entry<Variant, CompiledGraph> known : variants.entrySet()) {
      Variant variant = known.getKey();
      if (variant.training() == training
          && variant.masked().equals(masked)
          && known.getValue().holdsFor(steps)) {
        wanted = variant;
        break;
      }
    }
    CompiledGraph graph = variants.get(wanted);
    if (graph == null) {
      try (MemoryWorkspace none = outsideWorkspaces()) {
        graph = new CompiledGraph(definition, inputs, type, training);
      }
      variants.put(wanted, graph);
    }
    return graph;
  }

  /** Graphs are made outside: their constants must outlive every workspace. */
  private static MemoryWorkspace outsideWorkspaces() {
    return Nd4j.getWorkspaceManager().scopeOutOfWorkspaces();
  }

  private static SessionMemMgr memory(
      LayerWorkspaceMgr workspaces, ArrayType working, ArrayType results) {
    return new DL4JSameDiffMemoryMgr(
        workspaces.getWorkspaceName(working),
        workspaces.getWorkspaceName(results),
        workspaces.getConfiguration(working),
        workspaces.getConfiguration(results));
  }

  /** Makes sure that a result lives where the network expects it, also if it is an input itself. */
  private static INDArray place(INDArray result, LayerWorkspaceMgr workspaces, ArrayType where) {
    if (workspaces.isScopedOut(where)) {
      return result.isAttached() ? result.detach() : result;
    }
    MemoryWorkspace parent = result.isAttached() ? result.data().getParentWorkspace() : null;
    return isNamed(parent, workspaces.getWorkspaceName(where))
        ? result
        : workspaces.dup(where, result);
  }

  private static boolean isNamed(@Nullable MemoryWorkspace workspace, String name) {
    return workspace != null && name.equals(workspace.getId());
  }
}
