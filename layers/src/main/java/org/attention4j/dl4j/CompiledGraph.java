package org.attention4j.dl4j;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.attention4j.samediff.Gradients;
import org.attention4j.samediff.GraphProgram;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SessionMemMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One variant of a layer's graph, for given masks and for training or inference, with its gradient.
 *
 * <p>The gradient is that of {@code sum(output * epsilon)} by inputs and parameters, in one graph
 * with the forward pass.
 */
final class CompiledGraph {
  private static final String MASK_SUFFIX = "_mask";
  private static final String EPSILON = "epsilon";

  private final LayerGraph graph;
  private final SDVariable output;
  private final GraphProgram forward;
  private final List<SDVariable> differentiated;
  private final DataType epsilonType;
  private @Nullable GraphProgram backward;

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
    DataType computed = type == DataType.DOUBLE ? type : DataType.FLOAT;
    graph =
        new LayerGraph(
            sd,
            training,
            cast(inputVariables, computed),
            cast(masks, computed),
            cast(parameters, computed));
    output = cast(definition.define(graph), type);
    epsilonType = type;
    forward = new GraphProgram(List.of(output));
    differentiated = new ArrayList<>(inputVariables.values());
    differentiated.addAll(parameters.values());
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

  /** Draws the factors of every dropout: zero, or one over the probability to be kept. */
  Map<String, INDArray> drawDropout(Map<String, long[]> inputShapes) {
    Map<String, INDArray> draws = new LinkedHashMap<>();
    for (LayerGraph.Dropout dropout : graph.dropouts()) {
      double keep = 1 - dropout.probability();
      long[] shape = dropout.shape().apply(inputShapes);
      INDArray uniform = Nd4j.rand(DataType.FLOAT, shape);
      draws.put(dropout.placeholder(), uniform.lt(keep).castTo(DataType.FLOAT).divi(keep));
    }
    return draws;
  }

  INDArray forward(GraphInputs inputs, Map<String, INDArray> dropoutDraws, SessionMemMgr memory) {
    return forward.run(placeholders(inputs, dropoutDraws), memory).get(0);
  }

  /** Adds the gradient to the graph, once. */
  void differentiate() {
    if (backward == null) {
      SDVariable arriving = graph.sameDiff().placeHolder(EPSILON, epsilonType);
      backward = new GraphProgram(Gradients.of(output, arriving, differentiated));
    }
  }

  /** The gradients by the inputs, then by the parameters, in their order. */
  List<INDArray> backward(
      GraphInputs inputs,
      Map<String, INDArray> dropoutDraws,
      INDArray epsilon,
      SessionMemMgr memory) {
    Map<String, INDArray> placeholders = placeholders(inputs, dropoutDraws);
    placeholders.put(EPSILON, epsilon);
    return Objects.requireNonNull(backward).run(placeholders, memory);
  }

  /** Published results by name. */
  Map<String, INDArray> intermediates(
      GraphInputs inputs, List<String> names, SessionMemMgr memory) {
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
    List<INDArray> values = new GraphProgram(variables).run(placeholders(inputs, Map.of()), memory);
    Map<String, INDArray> result = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      result.put(names.get(i), values.get(i));
    }
    return result;
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
