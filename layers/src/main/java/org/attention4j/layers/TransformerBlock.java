package org.attention4j.layers;

import java.util.Objects;
import org.attention4j.dl4j.ExactLayerRuntime;
import org.attention4j.dl4j.LayerGraph;
import org.attention4j.internal.graph.SeededDropout;
import org.attention4j.internal.graph.Sum;
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
 * A whole transformer block as one layer: self-attention and a feed-forward block, each with a norm
 * and a residual connection.
 *
 * <pre>
 *   pre-norm, the default                  post-norm
 *   h = x + attention(norm1(x))            h = norm1(x + attention(x))
 *   y = h + feedForward(norm2(h))          y = norm2(h + feedForward(h))
 * </pre>
 *
 * <p>Input and output [b, nIn, T]. attention is that of {@link SelfAttentionLayer} with {@code
 * projectInput}, feedForward that of {@link FeedForwardBlock}, and the norms are {@link LayerNorm}
 * or {@link RmsNorm}. The results are those of these layers one by one. In FLOAT on the CPU nothing
 * between input and output goes through memory of the backend.
 *
 * <p>A pre-norm stack wants one more norm after its last block. {@code dropOut} of the layer acts
 * on x before the block and so, on the first block, is the dropout of embeddings.
 *
 * <p>Parameters, flat order: Wq, Wk, Wv, Wo, W1 [hidden, nIn], W2 [nIn, hidden] and, gated, Wg
 * [hidden, nIn], then Wgate of an {@link OutputGate}; then the others of attention as in {@link
 * SelfAttentionLayer}; then, unless {@code feedForwardBias} is false, b1 [hidden], b2 [nIn] and,
 * gated, bg [hidden]; then attentionNormGain and feedForwardNormGain [nIn]; then, for layer norm,
 * attentionNormBias and feedForwardNormBias [nIn]. Norms count as biases, so that weight decay
 * leaves them alone.
 *
 * <p>Publishes {@code scores} and {@code weights}, both [b, h, T, T], and {@code tokens}, what
 * attention reads, [b, nIn, T].
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017, with post-norm</a>
 * @see <a href="https://arxiv.org/abs/2002.04745">Xiong et al. 2020, on pre-norm</a>
 */
public final class TransformerBlock extends AttentionLayer {
  /** The name under which the input of attention is published, shape [b, nIn, T]. */
  public static final String TOKENS = "tokens";

  private static final String ATTENTION_GAIN = "attentionNormGain";
  private static final String ATTENTION_BIAS = "attentionNormBias";
  private static final String FEED_FORWARD_GAIN = "feedForwardNormGain";
  private static final String FEED_FORWARD_BIAS = "feedForwardNormBias";

  @JsonProperty private Norm norm = Norm.LAYER;
  @JsonProperty private double normEpsilon = NormLayer.DEFAULT_EPSILON;
  @JsonProperty private boolean postNorm;
  @JsonProperty private long feedForwardSize;
  @JsonProperty private Gelu gelu = Gelu.EXACT;
  @JsonProperty private boolean gated;
  @JsonProperty private boolean feedForwardBias = true;
  @JsonProperty private double residualDropout;

  /** For JSON. */
  private TransformerBlock() {}

  private TransformerBlock(Builder builder) {
    super(builder);
    norm = builder.norm;
    normEpsilon = builder.normEpsilon;
    postNorm = builder.postNorm;
    feedForwardSize = builder.feedForwardSize;
    gelu = builder.gelu;
    gated = builder.gated;
    feedForwardBias = builder.feedForwardBias;
    residualDropout = builder.residualDropout;
    initializeConstraints(builder);
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.clear();
    heads().defineWeights(params);
    feedForward().defineWeights(params);
    heads().defineOwnParameters(params);
    feedForward().defineBiases(params);
    params.addBiasParam(ATTENTION_GAIN, getNIn());
    params.addBiasParam(FEED_FORWARD_GAIN, getNIn());
    if (norm == Norm.LAYER) {
      params.addBiasParam(ATTENTION_BIAS, getNIn());
      params.addBiasParam(FEED_FORWARD_BIAS, getNIn());
    }
  }

  @Override
  void initialize(String name, INDArray array) {
    switch (name) {
      case FeedForward.W1, FeedForward.W2, FeedForward.WG ->
          Projection.initialize(array, array.size(1), array.size(0), weightInit(name));
      case FeedForward.B1, FeedForward.B2, FeedForward.BG, ATTENTION_BIAS, FEED_FORWARD_BIAS ->
          array.assign(initialBias());
      case ATTENTION_GAIN, FEED_FORWARD_GAIN -> array.assign(initialGain());
      default -> super.initialize(name, array);
    }
  }

  @Override
  protected ExactLayerRuntime runtime(NeuralNetConfiguration conf, DataType networkDataType) {
    return new org.attention4j.layers.runtime.TransformerBlock(conf, networkDataType);
  }

  @Override
  protected SDVariable define(LayerGraph graph) {
    SDVariable x = graph.input();
    SDVariable h =
        postNorm
            ? attentionNorm(graph, Sum.of(x, attention(graph, x)))
            : Sum.of(x, attention(graph, attentionNorm(graph, x)));
    return postNorm
        ? feedForwardNorm(graph, Sum.of(h, feedForward(graph, h)))
        : Sum.of(h, feedForward(graph, feedForwardNorm(graph, h)));
  }

  private SDVariable attention(LayerGraph graph, SDVariable x) {
    graph.publish(TOKENS, x);
    SDVariable attended = selfAttention(graph, x);
    SDVariable dropped = dropped(graph, attended);
    graph.observeGradient(attended);
    return dropped;
  }

  private SDVariable feedForward(LayerGraph graph, SDVariable x) {
    return dropped(graph, feedForward().apply(graph, x));
  }

  private FeedForward feedForward() {
    return new FeedForward(
        getNIn(), hidden(), getNIn(), getActivationFn(), gelu, gated, feedForwardBias);
  }

  private SDVariable attentionNorm(LayerGraph graph, SDVariable x) {
    return normed(graph, x, ATTENTION_GAIN, ATTENTION_BIAS);
  }

  private SDVariable feedForwardNorm(LayerGraph graph, SDVariable x) {
    return normed(graph, x, FEED_FORWARD_GAIN, FEED_FORWARD_BIAS);
  }

  private SDVariable normed(LayerGraph graph, SDVariable x, String gain, String bias) {
    return switch (norm) {
      case LAYER -> LayerNorm.apply(x, graph.parameter(gain), graph.parameter(bias), normEpsilon);
      case RMS -> RmsNorm.apply(x, graph.parameter(gain), normEpsilon);
    };
  }

  /** Both ways draw the same. */
  private SDVariable dropped(LayerGraph graph, SDVariable x) {
    if (!graph.training() || residualDropout == 0) {
      return x;
    }
    return JavaPath.isPossible(x.dataType())
        ? SeededDropout.apply(x, graph.weightsDropoutSeed(residualDropout), residualDropout)
        : graph.weightsDropout(
            x, residualDropout, inputShapes -> inputShapes.values().iterator().next());
  }

  @Override
  boolean keepsSize() {
    return true;
  }

  @Override
  void checkSizes(Requirements require) {
    super.checkSizes(require);
    Activations.check(require, getActivationFn());
  }

  @Override
  protected long workingMemory(InputType inputType, boolean training) {
    // norms and sums; before and after the activation
    long features = 4 * getNIn() + (gated ? 3 : 2) * hidden();
    return super.workingMemory(inputType, training)
        + (training ? 2 : 1) * features * steps(inputType);
  }

  @Override
  Description describe(Description description) {
    return super.describe(description)
        .with("feedForwardSize", hidden())
        .with("activation", Activations.name(getActivationFn()))
        .with("gelu", gelu)
        .unless(false, "gated", gated)
        .unless(true, "feedForwardBias", feedForwardBias)
        .unless(Norm.LAYER, "norm", norm)
        .unless(NormLayer.DEFAULT_EPSILON, "normEpsilon", normEpsilon)
        .unless(false, "postNorm", postNorm)
        .unless(0.0, "residualDropout", residualDropout);
  }

  private long hidden() {
    return FeedForward.hidden(feedForwardSize, getNIn());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TransformerBlock that
        && super.equals(other)
        && norm == that.norm
        && Double.compare(normEpsilon, that.normEpsilon) == 0
        && postNorm == that.postNorm
        && feedForwardSize == that.feedForwardSize
        && gelu == that.gelu
        && gated == that.gated
        && feedForwardBias == that.feedForwardBias
        && Double.compare(residualDropout, that.residualDropout) == 0;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        super.hashCode(),
        norm,
        normEpsilon,
        postNorm,
        feedForwardSize,
        gelu,
        gated,
        feedForwardBias,
        residualDropout);
  }

  /** Builds the layer; the options of attention, of the feed-forward block and of the norms. */
  @SuppressWarnings("unchecked") // the stock build() promises its caller any type he likes
  public static final class Builder extends AttentionLayerBuilder<Builder> {
    private Norm norm = Norm.LAYER;
    private double normEpsilon = NormLayer.DEFAULT_EPSILON;
    private boolean postNorm;
    private int feedForwardSize;
    private Gelu gelu = Gelu.EXACT;
    private boolean gated;
    private boolean feedForwardBias = true;
    private double residualDropout;

    /**
     * Starts with one head, softmax, layer norm before each half, and the exact GELU between 4 *
     * nIn hidden features.
     */
    public Builder() {
      projectInput = true;
      setActivationFn(Activation.GELU.getActivationFunction());
    }

    /**
     * Sets the kind of norm.
     *
     * @param norm LAYER unless set
     * @return this
     */
    public Builder norm(Norm norm) {
      this.norm = norm;
      return this;
    }

    /**
     * Sets what the norms add to the variance or the mean of the squares.
     *
     * @param normEpsilon positive; 1e-5 unless set
     * @return this
     */
    public Builder normEpsilon(double normEpsilon) {
      this.normEpsilon = normEpsilon;
      return this;
    }

    /**
     * Sets where the norms stand: after each residual connection, as in the first transformer and
     * in BERT, or before each half, as in GPT-2 and most later ones.
     *
     * @param postNorm false unless set
     * @return this
     */
    public Builder postNorm(boolean postNorm) {
      this.postNorm = postNorm;
      return this;
    }

    /**
     * Sets the number of hidden features of the feed-forward block.
     *
     * @param feedForwardSize 4 * nIn unless set
     * @return this
     */
    public Builder feedForwardSize(int feedForwardSize) {
      this.feedForwardSize = feedForwardSize;
      return this;
    }

    /**
     * Sets the function between the two linear maps of the feed-forward block.
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
     * Multiplies the activated features of the feed-forward block by a second linear map, as in
     * GEGLU and, with the activation SWISH, in SwiGLU.
     *
     * @param gated false unless set
     * @return this
     */
    public Builder gated(boolean gated) {
      this.gated = gated;
      return this;
    }

    /**
     * Gives the linear maps of the feed-forward block biases; {@link #hasBias} is for those of
     * attention.
     *
     * @param feedForwardBias true unless set
     * @return this
     */
    public Builder feedForwardBias(boolean feedForwardBias) {
      this.feedForwardBias = feedForwardBias;
      return this;
    }

    /**
     * Sets the share of numbers that training drops at random from what attention and the
     * feed-forward block add to their residual connections; the others are scaled up.
     *
     * @param probability the chance of each number to be dropped, 0 unless set
     * @return this
     */
    public Builder residualDropout(double probability) {
      this.residualDropout = probability;
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
    public TransformerBlock build() {
      Requirements require = requirements(TransformerBlock.class);
      requireSameSize(require);
      require.that(projectInput, "projectInput", false, "true, as a block always projects");
      require.positive("nHeads", nHeads);
      require.that(headSize >= 0, "headSize", headSize, "at least 1, or left out for nIn / nHeads");
      long size = Math.max(nIn, nOut);
      require.that(
          headSize > 0 || size % nHeads == 0,
          "nHeads",
          nHeads,
          "a divisor of nIn " + size + " unless headSize is set");
      options.validate(require, nHeads, headSizeOrDefault(), true, biasOption());
      FeedForward.check(require, "feedForwardSize", feedForwardSize, getActivationFn(), gelu);
      require.present("norm", norm, "LAYER or RMS");
      require.that(
          normEpsilon > 0 && Double.isFinite(normEpsilon),
          "normEpsilon",
          normEpsilon,
          "positive and finite");
      require.that(
          residualDropout >= 0 && residualDropout < 1,
          "residualDropout",
          residualDropout,
          "at least 0 and below 1 (it is the share of numbers that is dropped)");
      return new TransformerBlock(this);
    }
  }
}
