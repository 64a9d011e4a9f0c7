package org.attention4j.layers;

import java.util.Collection;
import org.attention4j.dl4j.ExactSameDiffLayer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.InputTypeUtil;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonIgnore;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** What the layers over sequences [b, size, T] share: input size, input type and output type. */
abstract class SequenceLayer extends ExactSameDiffLayer {
  SequenceLayer(SequenceLayerBuilder<?> builder) {
    super(builder);
    if (!builder.hasActivation()) {
      setActivationFn(new ActivationIdentity()); // not the network's, which has no place here
    }
  }

  /** For JSON. */
  SequenceLayer() {}

  /** Whether the output has the features of the input, so that there is no nOut to choose. */
  boolean keepsSize() {
    return false;
  }

  /** The number of output features. */
  long outputSize() {
    return keepsSize() ? nIn : nOut;
  }

  /** Checks what can change after the layer was built: its sizes and what depends on them. */
  void checkSizes(Requirements require) {
    require.positive("nIn", nIn);
    require.positive("nOut", outputSize());
  }

  /**
   * The number of input features.
   *
   * @return nIn, 0 if not yet known
   */
  @Override
  @JsonIgnore
  public final long getNIn() {
    return nIn;
  }

  /**
   * The number of output features.
   *
   * @return nOut, 0 if not yet known
   */
  @Override
  @JsonIgnore
  public final long getNOut() {
    return outputSize();
  }

  @JsonProperty("nIn")
  @SuppressWarnings("UnusedMethod") // called by Jackson
  private long storedInputSize() {
    return nIn;
  }

  @JsonProperty("nIn")
  @SuppressWarnings("UnusedMethod") // called by Jackson
  private void storeInputSize(long size) {
    nIn = size;
  }

  /** The number of output features as it was chosen; 0 where it follows from the input. */
  @JsonProperty("nOut")
  @SuppressWarnings("UnusedMethod") // called by Jackson
  private long storedOutputSize() {
    return nOut;
  }

  @JsonProperty("nOut")
  @SuppressWarnings("UnusedMethod") // called by Jackson
  private void storeOutputSize(long size) {
    nOut = size;
  }

  /** The number of steps if the type says it, else 0. */
  static long steps(InputType type) {
    return type instanceof InputType.InputTypeRecurrent sequence
        ? Math.max(0, sequence.getTimeSeriesLength())
        : 0;
  }

  final Requirements require() {
    return new Requirements(getClass(), getLayerName());
  }

  @Override
  public void validateInput(INDArray input) {
    require().sequence(input, nIn);
  }

  @Override
  public final void setNIn(InputType inputType, boolean override) {
    if (nIn <= 0 || override) {
      nIn = SequenceTypes.size(require(), inputType);
    }
  }

  @Override
  public void setNOut(long nOut) {
    if (keepsSize()) {
      require().sameSize(nOut, nIn);
    } else {
      super.setNOut(nOut);
    }
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> trainingListeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType networkDataType) {
    checkSizes(require());
    return super.instantiate(
        conf, trainingListeners, layerIndex, layerParamsView, initializeParams, networkDataType);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return SequenceTypes.output(require(), inputType, outputSize());
  }

  @Override
  public final InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return InputTypeUtil.getPreprocessorForInputTypeRnnLayers(
        inputType, RNNFormat.NCW, getLayerName());
  }

  @Override
  public String toString() {
    return describe(new Description(getClass(), getLayerName()).sizes(nIn, outputSize()))
        .toString();
  }

  /** Adds what tells this layer from others of its kind. */
  Description describe(Description description) {
    return description;
  }
}
