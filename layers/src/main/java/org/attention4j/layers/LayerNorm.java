package org.attention4j.layers;

import org.attention4j.dl4j.ExactLayerRuntime;
import org.attention4j.dl4j.LayerGraph;
import org.attention4j.internal.graph.FusedNorm;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Layer normalization of each step of a sequence: {@code y = gain * (x - mean) / sqrt(variance +
 * epsilon) + bias}, with mean and variance over the features of that step.
 *
 * <p>Input and output [b, size, T]. Parameters: gain [size], from one, and bias [size], from zero;
 * both count as biases, so that weight decay leaves them alone.
 *
 * @see <a href="https://arxiv.org/abs/1607.06450">Ba, Kiros and Hinton 2016</a>
 */
public final class LayerNorm extends NormLayer {
  private static final String BIAS = "bias";

  /** For JSON. */
  private LayerNorm() {}

  private LayerNorm(Builder builder) {
    super(builder, builder.epsilon);
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    super.defineParameters(params);
    params.addBiasParam(BIAS, getNIn());
  }

  @Override
  protected ExactLayerRuntime runtime(NeuralNetConfiguration conf, DataType networkDataType) {
    return new org.attention4j.layers.runtime.LayerNorm(conf, networkDataType);
  }

  @Override
  protected SDVariable define(LayerGraph graph) {
    return apply(graph.input(), graph.parameter(GAIN), graph.parameter(BIAS), epsilon());
  }

  /**
   * Normalizes each step.
   *
   * @param x shape [b, size, T]
   * @param gain shape [size]
   * @param bias shape [size]
   * @param epsilon what is added to the variance
   */
  static SDVariable apply(SDVariable x, SDVariable gain, SDVariable bias, double epsilon) {
    if (JavaPath.isPossible(x.dataType())) {
      return FusedNorm.layerNorm(x, gain, bias, epsilon);
    }
    SameDiff sd = x.getSameDiff();
    SDVariable centred = x.sub(x.mean(true, 1));
    SDVariable variance = sd.math.square(centred).mean(true, 1);
    SDVariable deviation = sd.math.sqrt(variance.add(epsilon));
    return centred.div(deviation).mul(gain.reshape(1, -1, 1)).add(bias.reshape(1, -1, 1));
  }

  /** Builds the layer. */
  @SuppressWarnings("unchecked") // the stock build() lets its caller choose the type
  public static final class Builder extends SequenceLayerBuilder<Builder> {
    private double epsilon = DEFAULT_EPSILON;

    /** Starts with epsilon 1e-5. */
    public Builder() {}

    /**
     * Sets what is added to the variance.
     *
     * @param epsilon positive; 1e-5 unless set
     * @return this
     */
    public Builder epsilon(double epsilon) {
      this.epsilon = epsilon;
      return this;
    }

    /**
     * Builds the layer.
     *
     * @return the layer's configuration
     * @throws IllegalArgumentException if an option has a value that is not possible
     */
    @Override
    public LayerNorm build() {
      check(LayerNorm.class, this, epsilon);
      return new LayerNorm(this);
    }
  }
}
