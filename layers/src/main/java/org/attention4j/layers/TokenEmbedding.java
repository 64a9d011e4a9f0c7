package org.attention4j.layers;

import java.util.Collection;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeFeedForward;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeRecurrent;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Turns token ids into learned vectors: {@code y[b, :, t] = W[id[b, t], :]}. The first layer of a
 * network.
 *
 * <p>Input: whole numbers from 0 to nIn - 1, [b, T] or [b, 1, T], of any numeric type. Output [b,
 * nOut, T]. Parameter: W [nIn, nOut], as in Deeplearning4j's {@code EmbeddingSequenceLayer}, whose
 * {@code weightInit} it shares too.
 *
 * <p>With {@code tokenTypes(n)}, as BERT has them, each token has a type from 0 to n - 1 besides,
 * which tells the sentences of a pair apart: {@code y[b, :, t] = W[id, :] + Wt[type, :]}. The input
 * is [b, 2, T] then, ids and types; [b, T] and [b, 1, T] are ids of type 0. Parameter after W: Wt
 * [n, nOut].
 *
 * <p>Masked steps may hold any number; their output is zero and they add no gradient. So a sequence
 * is padded by a mask, not by a token of its own.
 *
 * <p>Neither the forward nor the backward pass makes anything as large as W: the gradient of a
 * batch is added, token by token, to what Deeplearning4j keeps for it.
 *
 * <p>The layer has no input gradient, so {@code dropOut} and {@code weightNoise} have nothing to
 * act on: what the network sets is ignored, what is set here is refused.
 */
public final class TokenEmbedding extends FeedForwardLayer {
  @JsonProperty private int tokenTypes;

  /** For JSON. */
  private TokenEmbedding() {}

  private TokenEmbedding(Builder builder) {
    super(builder);
    tokenTypes = builder.tokenTypes;
    initializeConstraints(builder);
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> trainingListeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType networkDataType) {
    require().positive("nIn", nIn);
    require().positive("nOut", nOut);
    org.attention4j.layers.runtime.TokenEmbedding runtime =
        new org.attention4j.layers.runtime.TokenEmbedding(
            conf, networkDataType, tokenTypes, JavaPath.isPossible(networkDataType));
    runtime.setListeners(trainingListeners);
    runtime.setIndex(layerIndex);
    runtime.setParamsViewArray(layerParamsView);
    runtime.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
    runtime.setConf(conf);
    return runtime;
  }

  @Override
  public ParamInitializer initializer() {
    return TokenEmbeddingParameters.INSTANCE;
  }

  /** The number of types of tokens; 0 for none. */
  int tokenTypes() {
    return tokenTypes;
  }

  /** The size of the vocabulary does not follow from the input. */
  @Override
  public void setNIn(InputType inputType, boolean override) {}

  @Override
  public InputType getOutputType(int layerIndex, @Nullable InputType inputType) {
    if (inputType instanceof InputTypeFeedForward ids) {
      return InputType.recurrent(nOut, ids.getSize());
    }
    if (inputType instanceof InputTypeRecurrent ids && ids.getFormat() != RNNFormat.NWC) {
      return InputType.recurrent(nOut, ids.getTimeSeriesLength());
    }
    require()
        .that(
            false,
            "the input type",
            String.valueOf(inputType),
            "token ids, InputType.recurrent(1, steps) or InputType.feedForward(steps)");
    throw new AssertionError();
  }

  /** None: ids come as they are. */
  @Override
  public @Nullable InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return null;
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    long parameters = initializer().numParams(this);
    return new LayerMemoryReport.Builder(
            getLayerName(), getClass(), inputType, getOutputType(-1, inputType))
        .standardMemory(parameters, getIUpdater().stateSize(parameters))
        .workingMemory(0, 0, MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }

  private Requirements require() {
    return new Requirements(getClass(), getLayerName());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TokenEmbedding that
        && super.equals(other)
        && tokenTypes == that.tokenTypes;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), tokenTypes);
  }

  @Override
  protected boolean canEqual(@Nullable Object other) {
    return other instanceof TokenEmbedding;
  }

  @Override
  public String toString() {
    return new Description(getClass(), getLayerName())
        .sizes(nIn, nOut)
        .unless(0, "tokenTypes", tokenTypes)
        .toString();
  }

  /** Builds the layer. */
  @SuppressWarnings("unchecked") // the stock build() promises its caller any type he likes
  public static final class Builder extends FeedForwardLayer.Builder<Builder> {
    private int tokenTypes;

    /** Starts without sizes, which must be set. */
    public Builder() {
      activationFn = new ActivationIdentity();
    }

    /**
     * Adds a learned vector for the type of each token, as BERT does for the first and the second
     * sentence of a pair.
     *
     * @param tokenTypes how many types; 0, for none, unless set
     * @return this
     */
    public Builder tokenTypes(int tokenTypes) {
      this.tokenTypes = tokenTypes;
      return this;
    }

    /**
     * Builds the layer.
     *
     * @return the layer's configuration
     * @throws IllegalArgumentException if an option has a value that is not possible
     */
    @Override
    public TokenEmbedding build() {
      Requirements require = new Requirements(TokenEmbedding.class, getLayerName());
      require.that(nIn > 0, "nIn", nIn, "the size of the vocabulary, at least 1");
      require.positive("nOut", nOut);
      require.that(tokenTypes >= 0, "tokenTypes", tokenTypes, "at least 0 (0 is none)");
      require.that(
          activationFn instanceof ActivationIdentity,
          "activation",
          String.valueOf(activationFn),
          "left out, as this layer has none");
      require.that(
          iDropout == null,
          "dropOut",
          String.valueOf(iDropout),
          "left out, as token ids cannot be dropped; a DropoutLayer behind this one drops"
              + " features");
      require.that(weightNoise == null, "weightNoise", String.valueOf(weightNoise), "left out");
      return new TokenEmbedding(this);
    }
  }
}
