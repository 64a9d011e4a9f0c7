package org.attention4j.dl4j;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.attention4j.internal.graph.StepMask;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The running layer behind an {@link ExactSameDiffLayer}. Deeplearning4j's summaries and messages
 * show the name of its class, so that a layer may have a subclass of its own.
 */
public class ExactLayerRuntime extends BaseLayer<ExactSameDiffLayer> implements IntermediateSource {
  private static final String INPUT = ExactSameDiffLayer.INPUT;

  final GraphRunner runner;

  /**
   * Makes a layer that has no parameters yet.
   *
   * @param conf its configuration, with an {@link ExactSameDiffLayer} in it
   * @param dataType the network's type
   */
  public ExactLayerRuntime(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    runner = new GraphRunner(graph -> layerConf().define(graph), dataType, this::readMasks);
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(false);
    layerConf().validateInput(input, maskArray);
    GraphInputs.requireContent(owner(), INPUT, input);
    applyDropOutIfNecessary(training, workspaceMgr);
    return runner.forward(
        graphInputs(input, maskArray, withNoise(training, workspaceMgr)), training, workspaceMgr);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(true);
    Map<String, INDArray> inputGradients =
        runner.backward(
            graphInputs(input, maskArray, withNoise(runner.lastTrained(), workspaceMgr)),
            epsilon,
            lossGradient(),
            gradientViews,
            workspaceMgr);
    weightNoiseParams.clear();
    Gradient gradient = new DefaultGradient();
    params.keySet().forEach(name -> gradient.setGradientFor(name, gradientViews.get(name)));
    INDArray inputGradient = inputGradients.get(INPUT);
    // After an inference pass, as in a frozen layer that passes gradients on, nothing was dropped.
    return new Pair<>(
        gradient, dropoutApplied ? backpropDropOutIfPresent(inputGradient) : inputGradient);
  }

  /** The parameters as a pass sees them: the same in a forward pass and its backward pass. */
  private Map<String, INDArray> withNoise(boolean training, LayerWorkspaceMgr workspaceMgr) {
    if (layerConf().getWeightNoise() == null) {
      return params;
    }
    Map<String, INDArray> noisy = new LinkedHashMap<>(params);
    noisy.replaceAll((name, value) -> getParamWithNoise(name, training, workspaceMgr));
    return noisy;
  }

  /** Never: dropout in place would change what other branches of a graph have yet to read. */
  @Override
  public void allowInputModification(boolean allow) {}

  /**
   * The network divides all gradients by the number of examples, as its loss is a sum over them;
   * the layer's own loss is none, and counts once.
   */
  private double lossGradient() {
    return conf().isMiniBatch() ? getInputMiniBatchSize() : 1;
  }

  @Override
  public Map<String, INDArray> intermediates(
      INDArray[] inputs, @Nullable INDArray[] masks, List<String> names) {
    GraphInputs.requireContent(owner(), INPUT, inputs[0]);
    return runner.intermediates(graphInputs(inputs[0], masks[0], params), names);
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
    return new INDArray[] {maskArray};
  }

  private Map<String, INDArray> readMasks(Map<String, INDArray> given) {
    Map<String, INDArray> read = new LinkedHashMap<>();
    given.forEach((name, mask) -> read.put(name, StepMask.read(mask, dataType, owner())));
    return read;
  }

  /** The layer as the messages of errors name it. */
  final String owner() {
    String name = layerConf().getLayerName();
    return layerConf().getClass().getSimpleName() + (name == null ? "" : " '" + name + "'");
  }

  GraphInputs graphInputs(
      INDArray input, @Nullable INDArray mask, Map<String, INDArray> parameters) {
    return new GraphInputs(
        owner(), Map.of(INPUT, input), mask == null ? Map.of() : Map.of(INPUT, mask), parameters);
  }

  @Override
  public @Nullable Pair<INDArray, MaskState> feedForwardMaskArray(
      @Nullable INDArray maskArray, @Nullable MaskState currentMaskState, int minibatchSize) {
    this.maskArray = maskArray;
    this.maskState = currentMaskState;
    return layerConf().feedForwardMaskArray(maskArray, currentMaskState, minibatchSize);
  }

  @Override
  public void setParam(String key, INDArray val) {
    INDArray present = params.get(key);
    if (present == null) {
      throw new IllegalArgumentException(
          "%s: there is no parameter '%s'; there are %s."
              .formatted(layerConf(), key, params.keySet()));
    }
    if (!Arrays.equals(present.shape(), val.shape())) {
      throw new IllegalArgumentException(
          "%s: parameter %s has the shape %s and cannot be set to values of shape %s."
              .formatted(
                  layerConf(),
                  key,
                  Arrays.toString(present.shape()),
                  Arrays.toString(val.shape())));
    }
    present.assign(val);
  }

  /** The first table is that of the layer; values of a later one are copied into it. */
  @Override
  public void setParamTable(Map<String, INDArray> paramTable) {
    if (params == null) {
      params = paramTable;
    } else {
      paramTable.forEach(this::setParam);
    }
  }

  @Override
  public void setParams(@Nullable INDArray values) {
    if (values == paramsFlattened) {
      return;
    }
    long length = paramsFlattened == null ? 0 : paramsFlattened.length();
    if (values == null || values.length() != length) {
      throw new IllegalArgumentException(
          "%s: it has %d parameters and cannot be set to a vector of %d; did a size change?"
              .formatted(layerConf(), length, values == null ? 0 : values.length()));
    }
    paramsFlattened.assign(values.reshape(paramsFlattened.shape()));
  }

  @Override
  protected void setParams(@Nullable INDArray values, char order) {
    setParams(values);
  }

  /** L1, L2 and the layer's own loss: the network asks after each forward pass. */
  @Override
  public double calcRegularizationScore(boolean backpropParamsOnly) {
    return super.calcRegularizationScore(backpropParamsOnly) + runner.loss();
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  @SuppressWarnings("MissingSuperCall") // the stock one logs an error and returns null
  public Layer clone() {
    throw new UnsupportedOperationException(
        layerConf() + ": a running layer cannot be copied alone; clone its network.");
  }

  @Override
  public String toString() {
    return layerConf().toString();
  }
}
