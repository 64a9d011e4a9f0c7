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
    SDVariable x = graph.input();
    if (JavaPath.isPossible(x.dataType())) {
      return FusedNorm.rmsNorm(x, graph.parameter(GAIN), epsilon());
    }
    SDVariable square = graph.sameDiff().math.square(x).mean(true, 1);
    SDVariable gain = graph.parameter(GAIN).reshape(1, getNIn(), 1);
    return x.div(graph.sameDiff().math.sqrt(square.add(epsilon()))).mul(gain);
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
