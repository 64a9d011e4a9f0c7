package org.attention4j.layers;

import java.util.Map;
import java.util.Objects;
import org.attention4j.dl4j.ExactLayerRuntime;
import org.attention4j.dl4j.LayerGraph;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The feed-forward block of a transformer, the same for each step: {@code y = W2 f(W1 x + b1) +
 * b2}, with f the exact {@link Gelu} unless chosen. With a gate, as in GEGLU (f = GELU) and SwiGLU
 * (f = SWISH), {@code y = W2 (f(W1 x + b1) ⊙ (Wg x + bg)) + b2}.
 *
 * <p>Input [b, nIn, T], output [b, nOut, T]. Parameters: W1 [hidden, nIn], W2 [nOut, hidden], b1
 * [hidden], b2 [nOut], with a gate Wg [hidden, nIn] and bg [hidden]; no biases if {@code hasBias}
 * is false.
 *
 * @see <a href="https://arxiv.org/abs/2002.05202">Shazeer 2020, on gates</a>
 */
public final class FeedForwardBlock extends SequenceLayer {
  @JsonProperty private long hiddenSize;

  /** Networks that were saved without it were trained with this form. */
  @JsonProperty private Gelu gelu = Gelu.SIGMOID;

  @JsonProperty private boolean gated;

  @JsonProperty private boolean hasBias = true;

  /** For JSON. */
  private FeedForwardBlock() {}

  private FeedForwardBlock(Builder builder) {
    super(builder);
    hiddenSize = builder.hiddenSize;
    gelu = builder.gelu;
    gated = builder.gated;
    hasBias = builder.hasBias;
    initializeConstraints(builder);
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.clear();
    block().defineWeights(params);
    block().defineBiases(params);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.forEach(
        (name, array) -> {
          if (array.rank() == 2) {
            Projection.initialize(array, array.size(1), array.size(0), weightInit(name));
          } else {
            array.assign(initialBias());
          }
        });
  }

  @Override
  protected ExactLayerRuntime runtime(NeuralNetConfiguration conf, DataType networkDataType) {
    return new org.attention4j.layers.runtime.FeedForwardBlock(conf, networkDataType);
  }

  @Override
  protected SDVariable define(LayerGraph graph) {
    return block().apply(graph, graph.input());
  }

  private FeedForward block() {
    return new FeedForward(
        getNIn(), hidden(), outputSize(), getActivationFn(), gelu, gated, hasBias);
  }

  /** Reads the activation of networks that were saved when it had a name alone. */
  @JsonProperty(value = "activation", access = JsonProperty.Access.WRITE_ONLY)
  @SuppressWarnings("UnusedMethod") // called by Jackson
  private void readActivation(@Nullable Activation activation) {
    if (activation != null) {
      setActivationFn(activation.getActivationFunction());
    }
  }

  @Override
  void checkSizes(Requirements require) {
    super.checkSizes(require);
    Activations.check(require, getActivationFn());
  }

  @Override
  protected long workingMemory(InputType inputType, boolean training) {
    // before and after the activation
    return (training ? 4L : 2L) * (gated ? 2 : 1) * hidden() * steps(inputType);
  }

  @Override
  Description describe(Description description) {
    return description
        .with("hiddenSize", hidden())
        .with("activation", Activations.name(getActivationFn()))
        .with("gelu", gelu)
        .unless(false, "gated", gated)
        .unless(true, "hasBias", hasBias);
  }

  private long hidden() {
    return FeedForward.hidden(hiddenSize, getNIn());
  }

  @Override
  long outputSize() {
    return nOut == 0 ? getNIn() : nOut;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FeedForwardBlock that
        && super.equals(other)
        && hiddenSize == that.hiddenSize
        && gelu == that.gelu
        && gated == that.gated
        && hasBias == that.hasBias;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), hiddenSize, gelu, gated, hasBias);
  }

  /** Builds the layer. */
  @SuppressWarnings("unchecked") // the stock build() lets its caller choose the type
  public static final class Builder extends SequenceLayerBuilder<Builder> {
    private int hiddenSize;
    private Gelu gelu = Gelu.EXACT;
    private boolean gated;
    private boolean hasBias = true;

    /** Starts with the exact GELU, 4 * nIn hidden features and nIn output features. */
    public Builder() {
      setActivationFn(Activation.GELU.getActivationFunction());
    }

    /**
     * Sets the number of output features.
     *
     * @param nOut features of each step; nIn unless set
     * @return this
     */
    @Override
    public Builder nOut(int nOut) {
      return super.nOut(nOut);
    }

    /**
     * Sets the number of features between the two linear maps.
     *
     * @param hiddenSize 4 * nIn unless set
     * @return this
     */
    public Builder hiddenSize(int hiddenSize) {
      this.hiddenSize = hiddenSize;
      return this;
    }

    /**
     * Sets the function between the two linear maps.
     *
     * @param activation GELU, the default, RELU, SWISH, TANH, SIGMOID, SOFTPLUS, SOFTSIGN, ELU or
     *     IDENTITY
     * @return this
     */
    @Override
    public Builder activation(@Nullable Activation activation) {
      setActivationFn(activation == null ? null : activation.getActivationFunction());
      return this;
    }

    /**
     * Sets which function the activation GELU is.
     *
     * @param gelu EXACT unless set
     * @return this
     */
    public Builder gelu(Gelu gelu) {
      this.gelu = gelu;
      return this;
    }

    /**
     * Multiplies the activated features by a second linear map of the input.
     *
     * @param gated false unless set
     * @return this
     */
    public Builder gated(boolean gated) {
      this.gated = gated;
      return this;
    }

    /**
     * Gives the linear maps biases.
     *
     * @param hasBias true unless set
     * @return this
     */
    public Builder hasBias(boolean hasBias) {
      this.hasBias = hasBias;
      return this;
    }

    @Override
    boolean hasActivation() {
      return true;
    }

    /**
     * Builds the layer.
     *
     * @return the layer's configuration
     * @throws IllegalArgumentException if an option has a value that is not possible
     */
    @Override
    public FeedForwardBlock build() {
      Requirements require = requirements(FeedForwardBlock.class);
      require.that(nOut >= 0, "nOut", nOut, "at least 1, or left out for nIn");
      FeedForward.check(require, "hiddenSize", hiddenSize, getActivationFn(), gelu);
      return new FeedForwardBlock(this);
    }
  }
}
