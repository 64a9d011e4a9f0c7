package org.attention4j.dl4j;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.attention4j.samediff.Gradients;
import org.attention4j.samediff.GraphProgram;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.SessionMemMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
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
            inputs.steps());
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

  /** Whether this graph holds only for inputs with as many steps as those it was made for. */
  boolean unrolled() {
    return graph.unrolled();
  }

  /** Draws what every dropout of one pass needs. */
  Map<String, INDArray> drawDropout(Map<String, long[]> inputShapes) {
    Map<String, INDArray> draws = new LinkedHashMap<>();
    for (LayerGraph.Dropout dropout : graph.dropouts()) {
      draws.put(dropout.placeholder(), DropoutDraw.of(dropout, inputShapes));
    }
    return draws;
  }

  /** The output, and after it what {@link #backward} and {@link #loss} can make use of. */
  List<INDArray> forward(
      GraphInputs inputs, Map<String, INDArray> dropoutDraws, SessionMemMgr memory) {
    return forward.run(placeholders(inputs, dropoutDraws), memory);
  }

  /** The layer's own loss, from what {@link #forward} returned; 0 if it has none. */
  double loss(List<INDArray> fromForward) {
    return graph.loss() == null ? 0 : fromForward.get(fromForward.size() - 1).getDouble(0);
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
   * @param fromForward what the forward pass of these inputs returned; empty to compute all anew,
   *     for which {@link #differentiate} must have been called
   * @param lossGradient the factor on the gradient of the layer's own loss
   */
  List<INDArray> backward(
      GraphInputs inputs,
      Map<String, INDArray> dropoutDraws,
      List<INDArray> fromForward,
      INDArray epsilon,
      double lossGradient,
      SessionMemMgr memory) {
    Map<String, INDArray> values = arriving(inputs, dropoutDraws, epsilon, lossGradient);
    if (fromForward.isEmpty() || backward == null) {
      return Objects.requireNonNull(wholeBackward).run(values, memory);
    }
    for (int i = 0; i < kept.size(); i++) {
      values.put(kept.get(i).name(), fromForward.get(i + 1));
    }
    return backward.run(values, memory);
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
      innerBackward = new GraphProgram(innerGradients);
    }
    return innerBackward.run(arriving(inputs, dropoutDraws, epsilon, lossGradient), memory);
  }

  private Map<String, INDArray> arriving(
      GraphInputs inputs,
      Map<String, INDArray> dropoutDraws,
      INDArray epsilon,
      double lossGradient) {
    Map<String, INDArray> values = placeholders(inputs, dropoutDraws);
    values.put(EPSILON, epsilon);
    if (graph.loss() != null) {
      values.put(LOSS_GRADIENT, Nd4j.scalar(lossGradient));
    }
    return values;
  }

  /** Published results by name. */
  Map<String, INDArray> intermediates(
      GraphInputs inputs, List<String> names, SessionMemMgr memory) {
    GraphProgram program = publishing.computeIfAbsent(names, this::publishing);
    List<INDArray> values = program.run(placeholders(inputs, Map.of()), memory);
    Map<String, INDArray> result = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      result.put(names.get(i), values.get(i));
    }
    return result;
  }

  private GraphProgram publishing(List<String> names) {
    List<SDVariable> variables = new ArrayList<>();
    for (String name : names) {
      SDVariable variable = graph.published(name);
      if (variable == null) {
        throw new IllegalArgumentException(
            "There is no intermediate result '%s'; there are %s."
                .formatted(name, graph.published().keySet()));
      }
      variables.add(variable);
    }
    return new GraphProgram(variables);
  }

  private static Map<String, INDArray> placeholders(
      GraphInputs inputs, Map<String, INDArray> dropoutDraws) {
    Map<String, INDArray> placeholders = new LinkedHashMap<>(inputs.inputs());
    placeholders.putAll(inputs.parameters());
    placeholders.putAll(dropoutDraws);
    inputs.masks().forEach((name, mask) -> placeholders.put(name + MASK_SUFFIX, mask));
    return placeholders;
  }
}
