package org.attention4j.layers;

import org.attention4j.dl4j.ExactLayerRuntime;
import org.attention4j.dl4j.LayerGraph;
import org.attention4j.internal.graph.FusedNorm;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
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
    SDVariable x = graph.input();
    if (JavaPath.isPossible(x.dataType())) {
      return FusedNorm.layerNorm(x, graph.parameter(GAIN), graph.parameter(BIAS), epsilon());
    }
    SDVariable centred = x.sub(x.mean(true, 1));
    SDVariable variance = graph.sameDiff().math.square(centred).mean(true, 1);
    SDVariable deviation = graph.sameDiff().math.sqrt(variance.add(epsilon()));
    SDVariable gain = graph.parameter(GAIN).reshape(1, getNIn(), 1);
    SDVariable bias = graph.parameter(BIAS).reshape(1, getNIn(), 1);
    return centred.div(deviation).mul(gain).add(bias);
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
