package org.attention4j.dl4j;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.attention4j.internal.attention.LargestScores;
import org.attention4j.internal.graph.FusedAttentionGradient;
import org.attention4j.internal.graph.Gradients;
import org.attention4j.internal.graph.GraphProgram;
import org.attention4j.internal.graph.Value;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.SessionMemMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.shape.Reshape;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One variant of a layer's graph, for given masks and for training or inference, with its gradient.
 *
 * <p>The gradient is that of {@code sum(output * epsilon) + lossGradient * loss} by inputs and
 * parameters, in one graph with the forward pass. Most layers have no loss of their own.
 */
final class CompiledGraph {
  private static final String MASK_SUFFIX = "_mask";
  private static final String EPSILON = "epsilon";
  private static final String LOSS_GRADIENT = "lossGradient";

  private final LayerGraph graph;
  private final SDVariable output;
  private final List<SDVariable> differentiated;
  private final DataType epsilonType;
  private final GraphProgram forward;
  private @Nullable List<SDVariable> gradients;

  /** From epsilon, inputs and parameters alone. */
  private @Nullable GraphProgram wholeBackward;

  /** From what the forward pass has kept. */
  private @Nullable GraphProgram backward;

  private List<SDVariable> innerGradients = List.of();
  private @Nullable GraphProgram innerBackward;
  private final Map<List<String>, GraphProgram> publishing = new HashMap<>();

  /** What the forward pass computes besides the output because the backward pass reads it. */
  private List<SDVariable> kept = List.of();

  CompiledGraph(GraphDefinition definition, GraphInputs inputs, DataType type, boolean training) {
    this(definition, inputs, type, training, null, false);
  }

  /**
   * Compiles a graph.
   *
   * @param memory what the steps of the input follow; null if they are whole sequences
   * @param few whether they are few
   */
  CompiledGraph(
      GraphDefinition definition,
      GraphInputs inputs,
      DataType type,
      boolean training,
      @Nullable StepMemory memory,
      boolean few) {
    SameDiff sd = SameDiff.create();
    Map<String, SDVariable> inputVariables = new LinkedHashMap<>();
    Map<String, SDVariable> masks = new LinkedHashMap<>();
    Map<String, SDVariable> parameters = new LinkedHashMap<>();
    inputs
        .inputs()
        .forEach(
            (name, array) ->
                inputVariables.put(name, sd.placeHolder(name, type, anySize(array.shape()))));
    inputs
        .masks()
        .forEach(
            (name, array) -> masks.put(name, sd.placeHolder(name + MASK_SUFFIX, type, -1, -1)));
    inputs
        .parameters()
        .forEach((name, array) -> parameters.put(name, sd.placeHolder(name, type, array.shape())));
    // HALF is for storage only: its sums overflow and its small differences vanish.
    DataType wide = type == DataType.DOUBLE ? type : DataType.FLOAT;
    graph =
        new LayerGraph(
            sd,
            training,
            cast(inputVariables, wide),
            cast(masks, wide),
            cast(parameters, wide),
            inputs.steps(),
            memory == null ? null : past(sd, memory, !masks.isEmpty(), type, wide, few));
    output = cast(definition.define(graph), type);
    epsilonType = type;
    differentiated = new ArrayList<>(inputVariables.values());
    differentiated.addAll(parameters.values());
    if (training) {
      planBackward();
    }
    List<SDVariable> computed = new ArrayList<>(List.of(output));
    computed.addAll(kept);
    if (graph.loss() != null) {
      computed.add(graph.loss());
    }
    forward = new GraphProgram(computed);
  }

  private static PastSteps past(
      SameDiff sd, StepMemory memory, boolean masked, DataType type, DataType wide, boolean few) {
    SDVariable count = sd.placeHolder(StepMemory.COUNT, DataType.INT64);
    SDVariable mask = masked ? cast(sd.placeHolder(StepMemory.MASK, type, -1, -1), wide) : null;
    return new PastSteps(memory, count, mask, few);
  }

  private void planBackward() {
    List<SDVariable> intermediates = new ArrayList<>(graph.sameDiff().variables());
    intermediates.removeIf(variable -> variable.getVariableType() != VariableType.ARRAY);
    GraphProgram program = new GraphProgram(gradients(), intermediates);
    kept = intermediates.stream().filter(v -> program.inputs().contains(v.name())).toList();
    backward = program;
  }

  private List<SDVariable> gradients() {
    if (gradients == null) {
      SDVariable arriving = graph.sameDiff().placeHolder(EPSILON, epsilonType);
      List<SDVariable> outputs = new ArrayList<>(List.of(output));
      List<SDVariable> outputGradients = new ArrayList<>(List.of(arriving));
      SDVariable loss = graph.loss();
      if (loss != null) {
        outputs.add(loss);
        outputGradients.add(graph.sameDiff().placeHolder(LOSS_GRADIENT, loss.dataType()));
      }
      List<SDVariable> wanted = new ArrayList<>(differentiated);
      wanted.addAll(graph.observable());
      List<SDVariable> all = Gradients.of(outputs, outputGradients, wanted);
      gradients = all.subList(0, differentiated.size());
      innerGradients = all.subList(differentiated.size(), all.size());
    }
    return gradients;
  }

  private static Map<String, SDVariable> cast(Map<String, SDVariable> variables, DataType type) {
    Map<String, SDVariable> result = new LinkedHashMap<>(variables);
    result.replaceAll((name, variable) -> cast(variable, type));
    return result;
  }

  private static SDVariable cast(SDVariable variable, DataType type) {
    return variable.dataType() == type ? variable : variable.castTo(type);
  }

  /** Examples and time steps may vary; the feature size of [b, size, T] or [b, size] may not. */
  private static long[] anySize(long[] shape) {
    long[] result = shape.clone();
    for (int i = 0; i < result.length; i++) {
      if (i != 1) {
        result[i] = -1;
      }
    }
    return result;
  }

  /** Whether this graph holds for so many steps of the first input. */
  boolean holdsFor(long steps) {
    return graph.holdsFor(steps);
  }

  /** Draws what every dropout of one pass needs. */
  Map<String, INDArray> drawDropout(Map<String, long[]> inputShapes) {
    Map<String, INDArray> draws = new LinkedHashMap<>();
    for (LayerGraph.Dropout dropout : graph.dropouts()) {
      draws.put(dropout.placeholder(), DropoutDraw.of(dropout, inputShapes));
    }
    return draws;
  }

  /** The output, and after it what {@link #kept} and {@link #loss} pick out. */
  List<Value> forward(
      GraphInputs inputs, Map<String, INDArray> dropoutDraws, SessionMemMgr memory) {
    return evaluate(forward, placeholders(inputs, dropoutDraws), List.of(), memory);
  }

  /** Of what {@link #forward} returned, what {@link #backward} can make use of. */
  List<Value> kept(List<Value> fromForward) {
    return fromForward.subList(1, 1 + kept.size());
  }

  /** The layer's own loss, from what {@link #forward} returned; 0 if it has none. */
  double loss(List<Value> fromForward, SessionMemMgr memory) {
    return graph.loss() == null
        ? 0
        : fromForward.get(fromForward.size() - 1).array(memory).getDouble(0);
  }

  /** Prepares a backward pass without kept results; must happen outside all workspaces. */
  void differentiate() {
    if (wholeBackward == null) {
      wholeBackward = new GraphProgram(gradients());
    }
  }

  /**
   * The gradients by the inputs, then by the parameters, in their order.
   *
   * @param fromForward what was {@link #kept} of the forward pass of these inputs; empty to compute
   *     all again, for which {@link #differentiate} must have been called
   * @param lossGradient the factor on the gradient of the layer's own loss
   */
  List<Value> backward(
      GraphInputs inputs,
      Map<String, INDArray> dropoutDraws,
      List<Value> fromForward,
      INDArray epsilon,
      double lossGradient,
      SessionMemMgr memory) {
    Map<String, Value> values = arriving(inputs, dropoutDraws, epsilon, lossGradient);
    if (fromForward.isEmpty() || backward == null) {
      return evaluate(Objects.requireNonNull(wholeBackward), values, List.of(), memory);
    }
    return evaluate(backward, values, fromForward, memory);
  }

  /**
   * Runs a program and gives back what was copied of its inputs.
   *
   * @param own values that nobody else has
   * @param fromForward those of {@link #kept}, or none
   */
  private List<Value> evaluate(
      GraphProgram program, Map<String, Value> own, List<Value> fromForward, SessionMemMgr memory) {
    Map<String, Value> values = new HashMap<>(own);
    for (int i = 0; i < fromForward.size(); i++) {
      values.put(kept.get(i).name(), fromForward.get(i));
    }
    List<Value> results = program.evaluate(values, memory);
    release(own.values(), results);
    return results;
  }

  /**
   * Gives the arrays of values back.
   *
   * @param values values that nobody reads any more
   * @param except those among them that somebody reads
   */
  static void release(Collection<Value> values, Collection<Value> except) {
    Set<Value> read = Collections.newSetFromMap(new IdentityHashMap<>());
    read.addAll(except);
    values.stream().filter(value -> !read.contains(value)).forEach(Value::release);
  }

  /**
   * The gradients at the results that may be observed; must happen outside all workspaces.
   *
   * @param lossGradient the factor on the gradient of the layer's own loss
   */
  List<INDArray> innerGradients(
      GraphInputs inputs,
      Map<String, INDArray> dropoutDraws,
      INDArray epsilon,
      double lossGradient,
      SessionMemMgr memory) {
    if (innerBackward == null) {
      gradients();
      if (innerGradients.isEmpty()) {
        return List.of();
      }
      innerBackward = new GraphProgram(innerGradients);
    }
    return arrays(
        evaluate(
            innerBackward,
            arriving(inputs, dropoutDraws, epsilon, lossGradient),
            List.of(),
            memory),
        memory);
  }

  /**
   * Asks for the largest scores of the attention in this graph, once, in the next backward pass.
   *
   * @param queryMask zero for a query that does not count; null if all count
   * @return false if that pass will not meet them: on the graph path, with several attentions or
   *     none, and where it has kept weights instead
   */
  boolean observeScores(float @Nullable [] queryMask, Consumer<LargestScores> observer) {
    List<FusedAttentionGradient> attention =
        backward == null ? List.of() : backward.operations(FusedAttentionGradient.class);
    return attention.size() == 1 && attention.get(0).observeScores(queryMask, observer);
  }

  private Map<String, Value> arriving(
      GraphInputs inputs,
      Map<String, INDArray> dropoutDraws,
      INDArray epsilon,
      double lossGradient) {
    Map<String, Value> values = placeholders(inputs, dropoutDraws);
    values.put(EPSILON, Value.of(epsilon));
    if (graph.loss() != null) {
      values.put(LOSS_GRADIENT, Value.of(Nd4j.scalar(lossGradient)));
    }
    return values;
  }

  /** Published results by name. */
  Map<String, INDArray> intermediates(
      GraphInputs inputs, List<String> names, SessionMemMgr memory) {
    GraphProgram program = publishing.computeIfAbsent(names, this::publishing);
    List<INDArray> values =
        arrays(evaluate(program, placeholders(inputs, Map.of()), List.of(), memory), memory);
    Map<String, INDArray> result = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      result.put(names.get(i), values.get(i));
    }
    return result;
  }

  private GraphProgram publishing(List<String> names) {
    return new GraphProgram(names.stream().map(this::published).toList());
  }

  private SDVariable published(String name) {
    SDVariable variable = graph.published(name);
    if (variable == null) {
      throw new IllegalArgumentException(
          "There is no intermediate result '%s'; there are %s."
              .formatted(name, graph.published().keySet()));
    }
    return variable;
  }

  /**
   * Published results among those that a forward pass has kept in Java, by name.
   *
   * @param fromForward what was {@link #kept} of it
   */
  Map<String, float[]> published(List<String> names, List<Value> fromForward) {
    Map<String, Value> values = new HashMap<>();
    for (int i = 0; i < fromForward.size(); i++) {
      values.put(kept.get(i).name(), fromForward.get(i));
    }
    Map<String, float[]> result = new LinkedHashMap<>();
    for (String name : names) {
      SDVariable variable = published(name);
      while (!values.containsKey(variable.name()) && producer(variable) instanceof Reshape same) {
        variable = same.arg(0); // the same numbers in the same order
      }
      Value value = values.get(variable.name());
      float[] floats = value == null ? null : value.existingFloats();
      if (floats != null) {
        result.put(name, floats);
      }
    }
    return result;
  }

  private @Nullable DifferentialFunction producer(SDVariable variable) {
    return graph.sameDiff().getVariableOutputOp(variable.name());
  }

  private static List<INDArray> arrays(List<Value> values, SessionMemMgr memory) {
    List<INDArray> arrays = values.stream().map(value -> value.array(memory)).toList();
    release(values, List.of());
    return arrays;
  }

  private static Map<String, Value> placeholders(
      GraphInputs inputs, Map<String, INDArray> dropoutDraws) {
    Map<String, Value> placeholders = new LinkedHashMap<>();
    inputs.inputs().forEach((name, array) -> placeholders.put(name, Value.of(array)));
    inputs.parameters().forEach((name, array) -> placeholders.put(name, Value.of(array)));
    dropoutDraws.forEach((name, array) -> placeholders.put(name, Value.of(array)));
    inputs.masks().forEach((name, array) -> placeholders.put(name + MASK_SUFFIX, Value.of(array)));
    return placeholders;
  }
}
