package org.attention4j.layers;

import org.attention4j.dl4j.ExactLayerRuntime;
import org.attention4j.dl4j.LayerGraph;
import org.attention4j.internal.graph.FusedNorm;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * RMS normalization of each step of a sequence: {@code y = gain * x / sqrt(mean of x² + epsilon)},
 * with the mean over the features of that step. Llama, Qwen and Gemma have it in place of layer
 * norm.
 *
 * <p>Input and output [b, size, T]. Parameter: gain [size], from one; it counts as a bias, so that
 * weight decay leaves it alone.
 *
 * @see <a href="https://arxiv.org/abs/1910.07467">Zhang and Sennrich 2019</a>
 */
public final class RmsNorm extends NormLayer {
  /** For JSON. */
  private RmsNorm() {}

  private RmsNorm(Builder builder) {
    super(builder, builder.epsilon);
  }

  @Override
  protected ExactLayerRuntime runtime(NeuralNetConfiguration conf, DataType networkDataType) {
    return new org.attention4j.layers.runtime.RmsNorm(conf, networkDataType);
  }

  @Override
  protected SDVariable define(LayerGraph graph) {
    return apply(graph.input(), graph.parameter(GAIN), epsilon());
  }

  /**
   * Normalizes each step.
   *
   * @param x shape [b, size, T]
   * @param gain shape [size]
   * @param epsilon what is added to the mean of the squares
   */
  static SDVariable apply(SDVariable x, SDVariable gain, double epsilon) {
    if (JavaPath.isPossible(x.dataType())) {
      return FusedNorm.rmsNorm(x, gain, epsilon);
    }
    SDVariable square = x.getSameDiff().math.square(x).mean(true, 1);
    return x.div(x.getSameDiff().math.sqrt(square.add(epsilon))).mul(gain.reshape(1, -1, 1));
  }

  /** Builds the layer. */
  @SuppressWarnings("unchecked") // the stock build() lets its caller choose the type
  public static final class Builder extends SequenceLayerBuilder<Builder> {
    private double epsilon = DEFAULT_EPSILON;

    /** Starts with epsilon 1e-5. */
    public Builder() {}

    /**
     * Sets what is added to the mean of the squares.
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
    public RmsNorm build() {
      check(RmsNorm.class, this, epsilon);
      return new RmsNorm(this);
    }
  }
}
