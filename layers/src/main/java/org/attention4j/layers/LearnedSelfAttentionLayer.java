package org.attention4j.layers;

import static org.attention4j.internal.graph.GraphShapes.doubleRange;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.attention4j.dl4j.ExactLayerRuntime;
import org.attention4j.dl4j.LayerGraph;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonIgnore;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Multi-head attention of learned queries over a sequence: whatever its length, the output has
 * {@code nQueries} steps. A drop-in for {@link
 * org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer}, which throws in its forward pass.
 *
 * <p>Dimensions: b examples, h heads, d head size, T steps.
 *
 * <pre>
 *   input   [b, nIn, T]
 *   Q       = Wq q + bq                           [b, h, d, nQueries], the same for all examples
 *   K, V    = Wk x + bk, Wv x + bv                [b, h, d, T]
 *   weights = normalizer(scale * Qᵀ K, masked)    [b, h, nQueries, T]
 *   output  = Woᵀ (V weightsᵀ) + bo               [b, nOut, nQueries]
 * </pre>
 *
 * <p>Parameters, flat order: Q [1, nIn, nQueries], then those of {@link SelfAttentionLayer}.
 *
 * <p>The mask hides keys and ends here, as after a pooling layer: every output step counts. An
 * example without a visible key gets the output zero (or bo).
 *
 * <p>Publishes {@code scores} and {@code weights}, both [b, h, nQueries, T].
 */
public final class LearnedSelfAttentionLayer extends AttentionLayer {
  private static final String LEARNED_QUERIES = "Q";

  @JsonProperty private int nQueries;

  /** For JSON. */
  private LearnedSelfAttentionLayer() {}

  private LearnedSelfAttentionLayer(Builder builder) {
    super(builder);
    nQueries = builder.nQueries;
    initializeConstraints(builder);
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.clear();
    params.addWeightParam(LEARNED_QUERIES, 1, getNIn(), nQueries);
    heads().defineWeights(params);
    heads().defineOwnParameters(params);
  }

  @Override
  void initialize(String name, INDArray array) {
    if (name.equals(LEARNED_QUERIES)) {
      Projection.initialize(array, getNIn(), nQueries, weightInit(name));
    } else {
      super.initialize(name, array);
    }
  }

  @Override
  protected ExactLayerRuntime runtime(NeuralNetConfiguration conf, DataType networkDataType) {
    return new org.attention4j.layers.runtime.LearnedSelfAttentionLayer(conf, networkDataType);
  }

  @Override
  boolean takesFusedPath(long steps) {
    return AttentionPath.isFused(options(), DataType.FLOAT);
  }

  @Override
  protected Optional<String> obstacleToSteps() {
    return Optional.of("its queries see the whole sequence");
  }

  @Override
  protected SDVariable define(LayerGraph graph) {
    SDVariable x = graph.input();
    SDVariable learned = graph.parameter(LEARNED_QUERIES);
    SequenceShape shape = new SequenceShape(x);
    SequenceShape learnedShape = new SequenceShape(learned);
    SDVariable positions = doubleRange(shape.steps());
    return AttentionPath.of(heads(), graph, x.dataType(), false)
        .apply(
            new AttentionSources(
                new AttentionSources.Sequence(learned, learnedShape, positions),
                new AttentionSources.Sequence(x, shape, positions),
                x,
                true,
                graph.mask().orElse(null),
                null,
                this::weightsShape));
  }

  private long[] weightsShape(Map<String, long[]> inputShapes) {
    long[] input = inputShapes.values().iterator().next();
    return new long[] {input[0], getNHeads(), nQueries, input[2]};
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    super.getOutputType(layerIndex, inputType); // checks that it is a sequence
    return InputType.recurrent(outputSize(), nQueries);
  }

  @Override
  public @Nullable Pair<INDArray, MaskState> feedForwardMaskArray(
      @Nullable INDArray maskArray, @Nullable MaskState currentMaskState, int minibatchSize) {
    return null;
  }

  @Override
  long queries(long keys) {
    return nQueries;
  }

  @Override
  Description describe(Description description) {
    return super.describe(description.with("nQueries", nQueries));
  }

  /**
   * The number of learned queries.
   *
   * @return the number of output steps
   */
  @JsonIgnore
  public int getNQueries() {
    return nQueries;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LearnedSelfAttentionLayer that
        && super.equals(other)
        && nQueries == that.nQueries;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), nQueries);
  }

  /** Builds the layer; the options of the stock builder and this library's own. */
  @SuppressWarnings("unchecked") // the stock build() lets its caller choose the type
  public static final class Builder extends AttentionLayerBuilder<Builder> {
    private int nQueries;

    /** Starts with one head, no projection and softmax, as the stock builder does. */
    public Builder() {}

    /**
     * Sets the number of queries to learn.
     *
     * @param nQueries the number of output steps, at least 1
     * @return this
     */
    public Builder nQueries(int nQueries) {
      this.nQueries = nQueries;
      return this;
    }

    /**
     * Builds the layer.
     *
     * @return the layer's configuration
     * @throws IllegalArgumentException if an option has a value that is not possible
     */
    @Override
    public LearnedSelfAttentionLayer build() {
      requirements(LearnedSelfAttentionLayer.class)
          .that(
              !options.forgets(),
              "position",
              options.position,
              "NONE (learned queries have no position in time)");
      Requirements require = validate(LearnedSelfAttentionLayer.class);
      require.positive("nQueries", nQueries);
      String timeless = " (learned queries have no position in time)";
      require.that(!options.causal, "causal", true, "false" + timeless);
      require.that(
          options.slidingWindow == 0,
          "slidingWindow",
          options.slidingWindow,
          "left out" + timeless);
      require.that(
          !options.gated(),
          "outputGate",
          options.outputGate,
          "NONE (learned queries are the same for every input, and so their gate would be)");
      require.that(
          options.position == Position.NONE, "position", options.position, "NONE" + timeless);
      return new LearnedSelfAttentionLayer(this);
    }
  }
}
