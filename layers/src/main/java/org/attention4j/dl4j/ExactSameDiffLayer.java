package org.attention4j.dl4j;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * The configuration of a layer that is defined by a SameDiff graph and whose gradient is exact.
 *
 * <p>How it differs from {@link SameDiffLayer}, which it extends: the gradient is the gradient and
 * not twice it; {@code dropOut}, constraints and the L1/L2 terms of the score work; {@code
 * setParam} sets; the graph knows whether it trains; nothing is printed and no state grows.
 *
 * <p>A subclass calls {@link #initializeConstraints} at the end of its constructor.
 */
public abstract class ExactSameDiffLayer extends SameDiffLayer {
  /**
   * Takes over what every layer has in common.
   *
   * @param builder the layer's builder
   */
  protected ExactSameDiffLayer(Builder<?> builder) {
    super(builder);
  }

  /** For JSON. */
  protected ExactSameDiffLayer() {}

  /**
   * Writes the layer into a graph.
   *
   * @param graph the input, its mask, the parameters, and what else a layer may use
   * @return the activations
   */
  protected abstract SDVariable define(LayerGraph graph);

  @Override
  public SDVariable defineLayer(
      SameDiff sameDiff,
      SDVariable layerInput,
      Map<String, SDVariable> paramTable,
      @Nullable SDVariable mask) {
    String input = org.deeplearning4j.nn.layers.samediff.SameDiffLayer.INPUT_KEY;
    return define(
        new LayerGraph(
            sameDiff,
            false,
            Map.of(input, layerInput),
            mask == null ? Map.of() : Map.of(input, mask),
            paramTable,
            steps(layerInput)));
  }

  private static long steps(SDVariable sequence) {
    long[] shape = sequence.getShape();
    return shape == null ? -1 : shape[shape.length - 1];
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> trainingListeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType networkDataType) {
    ExactLayerRuntime runtime = new ExactLayerRuntime(conf, networkDataType);
    runtime.setListeners(trainingListeners);
    runtime.setIndex(layerIndex);
    runtime.setParamsViewArray(layerParamsView);
    runtime.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
    runtime.setConf(conf);
    return runtime;
  }

  /**
   * The parameters for the present sizes. The stock class keeps those of the first call for ever.
   * Each call has its own: one worker may train while another writes the configuration as JSON.
   */
  @Override
  public SDLayerParams getLayerParams() {
    SDLayerParams params = new SDLayerParams();
    defineParameters(params);
    return params;
  }

  /** Does nothing: they follow from the configuration, also where JSON has them. */
  @Override
  public void setLayerParams(SDLayerParams layerParams) {}

  @Override
  public @Nullable List<Regularization> getRegularizationByParam(String paramName) {
    SDLayerParams params = getLayerParams();
    if (params.isWeightParam(paramName)) {
      return regularization;
    }
    return params.isBiasParam(paramName) ? regularizationBias : null;
  }
}
