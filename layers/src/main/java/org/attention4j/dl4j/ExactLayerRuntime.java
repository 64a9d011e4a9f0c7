package org.attention4j.dl4j;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.attention4j.samediff.StepMask;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.samediff.SameDiffLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The running layer behind an {@link ExactSameDiffLayer}. */
final class ExactLayerRuntime extends SameDiffLayer implements IntermediateSource {
  private final GraphRunner runner;

  ExactLayerRuntime(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    runner = new GraphRunner(graph -> exactConf().define(graph), dataType, this::readMasks);
  }

  private ExactSameDiffLayer exactConf() {
    return (ExactSameDiffLayer) layerConf();
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(false);
    exactConf().validateInput(input);
    GraphInputs.requireContent(owner(), INPUT_KEY, input);
    applyDropOutIfNecessary(training, workspaceMgr);
    return runner.forward(graphInputs(input, maskArray), training, workspaceMgr);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(true);
    Map<String, INDArray> inputGradients =
        runner.backward(
            graphInputs(input, maskArray), epsilon, lossGradient(), gradTable, workspaceMgr);
    Gradient gradient = new DefaultGradient();
    paramTable.keySet().forEach(name -> gradient.setGradientFor(name, gradTable.get(name)));
    INDArray inputGradient = inputGradients.get(INPUT_KEY);
    // After an inference pass, as in a frozen layer that passes gradients on, nothing was dropped.
    return new Pair<>(
        gradient, dropoutApplied ? backpropDropOutIfPresent(inputGradient) : inputGradient);
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
    GraphInputs.requireContent(owner(), INPUT_KEY, inputs[0]);
    return runner.intermediates(graphInputs(inputs[0], masks[0]), names);
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
  public @Nullable INDArray[] masks() {
    return new INDArray[] {maskArray};
  }

  private Map<String, INDArray> readMasks(Map<String, INDArray> given) {
    Map<String, INDArray> read = new LinkedHashMap<>();
    given.forEach((name, mask) -> read.put(name, StepMask.read(mask, dataType, owner())));
    return read;
  }

  /** The layer as the messages of errors name it. */
  private String owner() {
    String name = exactConf().getLayerName();
    return exactConf().getClass().getSimpleName() + (name == null ? "" : " '" + name + "'");
  }

  private GraphInputs graphInputs(INDArray input, @Nullable INDArray mask) {
    return new GraphInputs(
        Map.of(INPUT_KEY, input), mask == null ? Map.of() : Map.of(INPUT_KEY, mask), paramTable);
  }

  @Override
  public void setParam(String key, INDArray val) {
    super.setParam(key, val); // checks name and shape, and leaves it at that
    getParam(key).assign(val);
  }

  /** L1, L2 and the layer's own loss: the network asks after each forward pass. */
  @Override
  public double calcRegularizationScore(boolean backpropParamsOnly) {
    double regularization =
        RegularizationScore.of(
            paramTable,
            exactConf()::getRegularizationByParam,
            getIterationCount(),
            getEpochCount());
    return regularization + runner.loss();
  }
}
