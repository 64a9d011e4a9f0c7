package org.attention4j.layers;

import java.util.Objects;
import org.attention4j.dl4j.ExactSameDiffLayer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.InputTypeUtil;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonIgnore;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** What the layers over sequences [b, size, T] share: input size, input type and output type. */
abstract class SequenceLayer extends ExactSameDiffLayer {
  @JsonProperty private long nIn;

  SequenceLayer(Builder<?> builder, long nIn) {
    super(builder);
    this.nIn = nIn;
  }

  /** For JSON. */
  SequenceLayer() {}

  /** The number of output features. */
  abstract long outputSize();

  /**
   * The number of input features.
   *
   * @return nIn, 0 if not yet known
   */
  @JsonIgnore
  public final long getNIn() {
    return nIn;
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
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return SequenceTypes.output(require(), inputType, outputSize());
  }

  @Override
  public final InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return InputTypeUtil.getPreprocessorForInputTypeRnnLayers(
        inputType, RNNFormat.NCW, getLayerName());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SequenceLayer that && super.equals(other) && nIn == that.nIn;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), nIn);
  }

  @Override
  protected boolean canEqual(@Nullable Object other) {
    return other != null && other.getClass() == getClass();
  }
}
