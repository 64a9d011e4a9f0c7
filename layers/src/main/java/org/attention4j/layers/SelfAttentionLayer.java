package org.attention4j.layers;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.attention4j.dl4j.LayerGraph;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerParameter;
import org.attention4j.samediff.Attention;
import org.attention4j.samediff.AttentionResult;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonIgnore;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Multi-head self-attention over a sequence, a drop-in for {@link
 * org.deeplearning4j.nn.conf.layers.SelfAttentionLayer} with a normalizer of choice and an exact
 * gradient.
 *
 * <p>Dimensions: b examples, h heads, d head size, T steps.
 *
 * <pre>
 *   input   [b, nIn, T]
 *   Q, K, V = Wq x + bq, Wk x + bk, Wv x + bv     [b, h, d, T]
 *   weights = normalizer(scale * Qᵀ K, masked)    [b, h, T, T]
 *   output  = Woᵀ (V weightsᵀ) + bo               [b, nOut, T]
 * </pre>
 *
 * <p>Parameters, flat order: Wq, Wk, Wv [h, d, nIn], Wo [h*d, nOut] as in the stock layer; then the
 * normalizer's own; then, with {@code hasBias}, bq, bk, bv [h, d] and bo [nOut].
 *
 * <p>With {@link org.attention4j.normalizer.Normalizers#softmax()} the output is that of the stock
 * layer for every step that has a visible key. It differs where a step has none: there the stock
 * layer averages the padding, this one gives zero. Masked steps are hidden as keys; as queries they
 * get an output, as in the stock layer.
 *
 * <p>Publishes {@code scores} and {@code weights}, both [b, h, T, T].
 */
public final class SelfAttentionLayer extends SequenceLayer {
  /** The name under which the masked, scaled scores are published. */
  public static final String SCORES = "scores";

  /** The name under which the weights, before dropout, are published. */
  public static final String WEIGHTS = "weights";

  private static final String WQ = "Wq";
  private static final String WK = "Wk";
  private static final String WV = "Wv";
  private static final String WO = "Wo";
  private static final String BQ = "bq";
  private static final String BK = "bk";
  private static final String BV = "bv";
  private static final String BO = "bo";

  @JsonProperty private long nOut;
  @JsonProperty private int nHeads;
  @JsonProperty private long headSize;
  @JsonProperty private boolean projectInput;
  @JsonProperty private AttentionOptions options = new AttentionOptions();

  /** For JSON. */
  private SelfAttentionLayer() {}

  private SelfAttentionLayer(Builder builder) {
    super(builder, builder.nIn);
    nOut = builder.nOut;
    nHeads = builder.nHeads;
    headSize = builder.headSizeOrDefault();
    projectInput = builder.projectInput;
    options = new AttentionOptions(builder.options);
    initializeConstraints(builder);
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.clear();
    if (projectInput) {
      params.addWeightParam(WQ, nHeads, headSize, getNIn());
      params.addWeightParam(WK, nHeads, headSize, getNIn());
      params.addWeightParam(WV, nHeads, headSize, getNIn());
      params.addWeightParam(WO, nHeads * headSize, nOut);
    }
    for (NormalizerParameter parameter : options.normalizerParameters(nHeads)) {
      params.addBiasParam(parameter.name(), parameter.heads());
    }
    if (options.hasBias) {
      params.addBiasParam(BQ, nHeads, headSize);
      params.addBiasParam(BK, nHeads, headSize);
      params.addBiasParam(BV, nHeads, headSize);
      params.addBiasParam(BO, nOut);
    }
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    Map<String, Double> constants = new HashMap<>();
    options
        .normalizerParameters(nHeads)
        .forEach(parameter -> constants.put(parameter.name(), parameter.initialValue()));
    params.forEach((name, array) -> initialize(name, array, constants.getOrDefault(name, 0.0)));
  }

  private void initialize(String name, INDArray array, double constant) {
    switch (name) {
      case WQ, WK, WV ->
          Projection.initialize(name, array, getNIn(), headSize, weightInit, paramWeightInit);
      case WO ->
          Projection.initialize(name, array, nHeads * headSize, nOut, weightInit, paramWeightInit);
      default -> array.assign(constant);
    }
  }

  @Override
  protected SDVariable define(LayerGraph graph) {
    SDVariable x = graph.input();
    SequenceShape shape = new SequenceShape(x);
    AttentionResult attention =
        Attention.attention()
            .normalizer(options.normalizer, normalizerParameters(graph))
            .mask(graph.mask().map(SelfAttentionLayer::asKeyMask).orElse(null))
            .causal(options.causal)
            .scale(options.scaleFor(headFeatures()))
            .dropout(
                weights -> graph.dropout(weights, options.attentionDropout, this::weightsShape))
            .apply(
                heads(graph, shape, WQ, BQ),
                heads(graph, shape, WK, BK),
                heads(graph, shape, WV, BV),
                nHeads);
    graph.publish(SCORES, attention.scores());
    graph.publish(WEIGHTS, attention.weights());
    SDVariable merged = shape.merge(attention.output(), nHeads * headFeatures());
    if (!projectInput) {
      return merged;
    }
    SDVariable output = Projection.applyTransposed(graph.parameter(WO), merged, shape);
    return options.hasBias ? output.add(graph.parameter(BO).reshape(1, nOut, 1)) : output;
  }

  private SDVariable heads(LayerGraph graph, SequenceShape shape, String weights, String bias) {
    SDVariable x = graph.input();
    if (!projectInput) {
      return shape.split(x, 1, getNIn());
    }
    SDVariable matrix = graph.parameter(weights).reshape(nHeads * headSize, getNIn());
    SDVariable heads = shape.split(Projection.apply(matrix, x, shape), nHeads, headSize);
    return options.hasBias
        ? heads.add(graph.parameter(bias).reshape(1, nHeads, headSize, 1))
        : heads;
  }

  private Map<String, SDVariable> normalizerParameters(LayerGraph graph) {
    Map<String, SDVariable> parameters = new HashMap<>();
    options
        .normalizerParameters(nHeads)
        .forEach(parameter -> parameters.put(parameter.name(), graph.parameter(parameter.name())));
    return parameters;
  }

  /** Features of each head; without projection the one head has them all. */
  private long headFeatures() {
    return projectInput ? headSize : getNIn();
  }

  /** [b, T] seen as [b, 1, 1, T]. */
  private static SDVariable asKeyMask(SDVariable mask) {
    SameDiff sd = mask.getSameDiff();
    return sd.expandDims(sd.expandDims(mask, 1), 1);
  }

  private long[] weightsShape(Map<String, long[]> inputShapes) {
    long[] input = inputShapes.values().iterator().next();
    return new long[] {input[0], nHeads, input[2], input[2]};
  }

  @Override
  long outputSize() {
    return projectInput ? nOut : getNIn();
  }

  /**
   * The number of output features.
   *
   * @return nOut
   */
  @JsonIgnore
  public long getNOut() {
    return nOut;
  }

  /**
   * The number of heads.
   *
   * @return the number of heads
   */
  @JsonIgnore
  public int getNHeads() {
    return nHeads;
  }

  /**
   * The number of features of each head.
   *
   * @return the head size
   */
  @JsonIgnore
  public long getHeadSize() {
    return headFeatures();
  }

  /**
   * The map from scores to weights.
   *
   * @return the normalizer
   */
  @JsonIgnore
  public Normalizer getNormalizer() {
    return options.normalizer;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SelfAttentionLayer that
        && super.equals(other)
        && nOut == that.nOut
        && nHeads == that.nHeads
        && headSize == that.headSize
        && projectInput == that.projectInput
        && options.equals(that.options);
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), nOut, nHeads, headSize, projectInput, options);
  }

  /** Builds the layer; the options of the stock builder and this library's own. */
  @SuppressWarnings("unchecked") // the stock build() promises its caller any type he likes
  public static final class Builder extends AttentionLayerBuilder<Builder> {
    /** Starts with one head, no projection and softmax, as the stock builder does. */
    public Builder() {}

    /**
     * Builds the layer.
     *
     * @return the layer's configuration
     * @throws IllegalArgumentException if an option has a value that is not possible
     */
    @Override
    public SelfAttentionLayer build() {
      validate(SelfAttentionLayer.class);
      return new SelfAttentionLayer(this);
    }
  }
}
