package org.attention4j.layers;

import java.util.Map;
import java.util.Objects;
import org.attention4j.dl4j.LayerGraph;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The feed-forward block of a transformer, the same for each step: {@code y = W2 f(W1 x + b1) +
 * b2}.
 *
 * <p>Input [b, nIn, T], output [b, nOut, T]. Parameters: W1 [hidden, nIn], W2 [nOut, hidden], b1
 * [hidden], b2 [nOut].
 */
public final class FeedForwardBlock extends SequenceLayer {
  private static final String W1 = "W1";
  private static final String W2 = "W2";
  private static final String B1 = "b1";
  private static final String B2 = "b2";

  /** Hidden features for each input feature unless set, as in the first transformer. */
  private static final int DEFAULT_EXPANSION = 4;

  /** Of the approximation {@code x * sigmoid(1.702 x)}, by Hendrycks and Gimpel 2016. */
  private static final double GELU_SLOPE = 1.702;

  @JsonProperty private long nOut;
  @JsonProperty private long hiddenSize;
  @JsonProperty private Activation activation = Activation.GELU;

  /** For JSON. */
  private FeedForwardBlock() {}

  private FeedForwardBlock(Builder builder) {
    super(builder, builder.nIn);
    nOut = builder.nOut;
    hiddenSize = builder.hiddenSize;
    activation = builder.activation;
    initializeConstraints(builder);
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.clear();
    params.addWeightParam(W1, hidden(), getNIn());
    params.addWeightParam(W2, outputSize(), hidden());
    params.addBiasParam(B1, hidden());
    params.addBiasParam(B2, outputSize());
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.forEach(
        (name, array) -> {
          if (array.rank() == 2) {
            Projection.initialize(
                name, array, array.size(1), array.size(0), weightInit, paramWeightInit);
          } else {
            array.assign(0);
          }
        });
  }

  @Override
  protected SDVariable define(LayerGraph graph) {
    SDVariable x = graph.input();
    SequenceShape shape = new SequenceShape(x);
    SDVariable hidden =
        Projection.apply(graph.parameter(W1), x, shape)
            .add(graph.parameter(B1).reshape(1, hidden(), 1));
    return Projection.apply(graph.parameter(W2), activate(graph.sameDiff(), hidden), shape)
        .add(graph.parameter(B2).reshape(1, outputSize(), 1));
  }

  private SDVariable activate(SameDiff sd, SDVariable x) {
    return switch (activation) {
      // As sd.nn.gelu, whose own gradient overflows for large x.
      case GELU -> x.mul(sd.nn.sigmoid(x.mul(GELU_SLOPE)));
      case RELU -> sd.nn.relu(x, 0);
      case SWISH -> x.mul(sd.nn.sigmoid(x));
      case TANH -> sd.math.tanh(x);
      default -> throw new IllegalStateException("Activation " + activation + " is not possible.");
    };
  }

  private long hidden() {
    return hiddenSize == 0 ? DEFAULT_EXPANSION * getNIn() : hiddenSize;
  }

  @Override
  long outputSize() {
    return nOut == 0 ? getNIn() : nOut;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FeedForwardBlock that
        && super.equals(other)
        && nOut == that.nOut
        && hiddenSize == that.hiddenSize
        && activation == that.activation;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), nOut, hiddenSize, activation);
  }

  /** Builds the layer. */
  @SuppressWarnings("unchecked") // the stock build() promises its caller any type he likes
  public static final class Builder extends SameDiffLayer.Builder<Builder> {
    private int nIn;
    private int nOut;
    private int hiddenSize;
    private Activation activation = Activation.GELU;

    /** Starts with GELU, 4 * nIn hidden features and nIn output features. */
    public Builder() {}

    /**
     * Sets the number of input features; taken from the network's input type if not set.
     *
     * @param nIn features of each step
     * @return this
     */
    public Builder nIn(int nIn) {
      this.nIn = nIn;
      return this;
    }

    /**
     * Sets the number of output features.
     *
     * @param nOut features of each step; nIn unless set
     * @return this
     */
    public Builder nOut(int nOut) {
      this.nOut = nOut;
      return this;
    }

    /**
     * Sets the number of features between the two maps.
     *
     * @param hiddenSize 4 * nIn unless set
     * @return this
     */
    public Builder hiddenSize(int hiddenSize) {
      this.hiddenSize = hiddenSize;
      return this;
    }

    /**
     * Sets the function between the two maps.
     *
     * @param activation GELU, the default, RELU, SWISH or TANH
     * @return this
     */
    public Builder activation(Activation activation) {
      this.activation = activation;
      return this;
    }

    /**
     * Builds the layer.
     *
     * @return the layer's configuration
     * @throws IllegalArgumentException if an option has a value that is not possible
     */
    @Override
    public FeedForwardBlock build() {
      Requirements require = new Requirements(FeedForwardBlock.class, getLayerName());
      require.size("nIn", nIn);
      require.that(nOut >= 0, "nOut", nOut, "at least 1, or left out for nIn");
      require.that(
          hiddenSize >= 0, "hiddenSize", hiddenSize, "at least 1, or left out for 4 * nIn");
      String activations = "GELU, RELU, SWISH or TANH";
      require.present("activation", activation, activations);
      boolean known =
          switch (activation) {
            case GELU, RELU, SWISH, TANH -> true;
            default -> false;
          };
      require.that(known, "activation", activation, activations);
      return new FeedForwardBlock(this);
    }
  }
}
