package org.attention4j.dl4j;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.attention4j.internal.graph.StepMask;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.samediff.SameDiffGraphVertex;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The running vertex behind an {@link ExactSameDiffVertex}. Deeplearning4j's summaries show the
 * name of its class, so that a vertex may have a subclass of its own.
 */
public class ExactVertexRuntime extends SameDiffGraphVertex implements IntermediateSource {
  private final GraphRunner runner;
  private final DataType networkType;

  /**
   * What Deeplearning4j hands over when a network is made.
   *
   * @param config the vertex' configuration
   * @param graph the network
   * @param name the vertex' name
   * @param vertexIndex its index in the network
   * @param paramsView its part of the network's parameters
   * @param initParams whether to fill them
   * @param dataType the network's type
   */
  public record Setup(
      ExactSameDiffVertex config,
      ComputationGraph graph,
      String name,
      int vertexIndex,
      INDArray paramsView,
      boolean initParams,
      DataType dataType) {}

  /**
   * Makes the running vertex.
   *
   * @param setup what it is made of
   */
  public ExactVertexRuntime(Setup setup) {
    super(
        setup.config(),
        setup.graph(),
        setup.name(),
        setup.vertexIndex(),
        setup.paramsView(),
        setup.initParams(),
        setup.dataType());
    ExactSameDiffVertex vertex = setup.config();
    networkType = setup.dataType();
    runner =
        new GraphRunner(graph -> defineWithoutLoss(vertex, graph), networkType, this::readMasks);
  }

  private static SDVariable defineWithoutLoss(ExactSameDiffVertex config, LayerGraph definition) {
    SDVariable output = config.define(definition);
    if (definition.loss() != null) {
      throw new IllegalStateException(
          "%s: a vertex cannot add to the loss, since a ComputationGraph takes no part of its score from vertices; make it a layer."
              .formatted(config.getClass().getSimpleName()));
    }
    return output;
  }

  @Override
  public INDArray doForward(boolean training, LayerWorkspaceMgr workspaceMgr) {
    if (graph.getInputMaskArrays() == null) {
      maskArrays = null; // the network takes old masks away from its layers only
    }
    if (!training && StepCall.isRunning()) {
      throw new UnsupportedOperationException(
          "%s: rnnTimeStep is not possible, since a vertex keeps nothing between steps; use a SelfAttentionLayer or a TransformerBlock with causal(true)."
              .formatted(owner()));
    }
    config.validateInput(inputs);
    requireContent(inputs);
    return runner.forward(graphInputs(inputs, maskArrays), training, workspaceMgr);
  }

  @Override
  public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaceMgr) {
    Map<String, INDArray> inputGradients =
        runner.backward(graphInputs(inputs, maskArrays), epsilon, 0, gradTable, workspaceMgr);
    Gradient gradient = new DefaultGradient();
    paramTable.keySet().forEach(name -> gradient.setGradientFor(name, gradTable.get(name)));
    return new Pair<>(gradient, inputGradients.values().toArray(INDArray[]::new));
  }

  @Override
  public Map<String, INDArray> intermediates(
      INDArray[] given, @Nullable INDArray[] masks, List<String> names) {
    requireContent(given);
    return runner.intermediates(graphInputs(given, masks), names);
  }

  @Override
  public Map<String, float[]> kept(List<String> names) {
    return runner.kept(names);
  }

  @Override
  public void observeBackward(Consumer<INDArray> observer) {
    runner.observeBackward(observer);
  }

  @Override
  public void observeInnerGradients(Consumer<List<INDArray>> observer) {
    runner.observeInnerGradients(observer);
  }

  @Override
  public boolean observeScores(
      float @Nullable [] queryMask, BiConsumer<float[], float[]> observer) {
    return runner.observeScores(queryMask, observer);
  }

  @Override
  public @Nullable INDArray[] masks() {
    return maskArrays == null ? new INDArray[0] : effective(maskArrays);
  }

  @Override
  public void setBackpropGradientsViewArray(INDArray backpropGradientsViewArray) {
    super.setBackpropGradientsViewArray(backpropGradientsViewArray);
    gradients = backpropGradientsViewArray;
  }

  @Override
  public String toString() {
    return config.toString();
  }

  private void requireContent(INDArray[] arrays) {
    List<String> names = config.getVertexParams().getInputs();
    for (int i = 0; i < arrays.length; i++) {
      GraphInputs.requireContent(owner(), "input " + names.get(i), arrays[i]);
    }
  }

  private Map<String, INDArray> readMasks(Map<String, INDArray> given) {
    Map<String, INDArray> read = new LinkedHashMap<>();
    if (given.isEmpty()) {
      return read;
    }
    List<String> names = config.getVertexParams().getInputs().subList(0, inputs.length);
    @Nullable INDArray[] effective =
        effective(names.stream().map(given::get).toArray(INDArray[]::new));
    for (int i = 0; i < effective.length; i++) {
      INDArray mask = effective[i];
      if (mask != null) {
        read.put(names.get(i), mask);
      }
    }
    return read;
  }

  /** What the masks say when all are seen together, in the type of the network. */
  private @Nullable INDArray[] effective(@Nullable INDArray[] given) {
    @Nullable INDArray[] read = new INDArray[given.length];
    for (int i = 0; i < read.length; i++) {
      INDArray mask = given[i];
      read[i] = mask == null ? null : StepMask.read(mask, networkType, owner());
    }
    return ((ExactSameDiffVertex) config).effectiveMasks(read);
  }

  /** The vertex as the messages of errors name it. */
  private String owner() {
    return config.getClass().getSimpleName() + " '" + getVertexName() + "'";
  }

  private GraphInputs graphInputs(INDArray[] arrays, @Nullable INDArray @Nullable [] masks) {
    Map<String, INDArray> named = new LinkedHashMap<>();
    Map<String, INDArray> namedMasks = new LinkedHashMap<>();
    List<String> names = config.getVertexParams().getInputs();
    for (int i = 0; i < arrays.length; i++) {
      named.put(names.get(i), arrays[i]);
      INDArray mask = masks == null ? null : masks[i];
      if (mask != null) {
        namedMasks.put(names.get(i), mask);
      }
    }
    return new GraphInputs(owner(), named, namedMasks, paramTable);
  }
}
