package org.attention4j.layers;

import static org.attention4j.internal.graph.GraphShapes.doubleRange;

import java.util.Map;
import java.util.Objects;
import org.attention4j.dl4j.ExactSameDiffVertex;
import org.attention4j.dl4j.ExactVertexRuntime;
import org.attention4j.dl4j.LayerGraph;
import org.attention4j.normalizer.Normalizer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonIgnore;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Multi-head attention of one sequence over another, a drop-in for {@link
 * org.deeplearning4j.nn.conf.graph.AttentionVertex} with a normalizer of choice and an exact
 * gradient.
 *
 * <p>Inputs: queries, keys, values; or queries and a sequence that is both keys and values; or one
 * sequence that is all three.
 *
 * <p>Dimensions: b examples, h heads, d head size, Tq queries, Tk keys.
 *
 * <pre>
 *   queries [b, nInQueries, Tq]   keys [b, nInKeys, Tk]   values [b, nInValues, Tk]
 *   Q, K, V = Wq queries + bq, Wk keys + bk, Wv values + bv    [b, h, d, T]
 *   weights = normalizer(scale * Qᵀ K, masked)                 [b, h, Tq, Tk]
 *   output  = Woᵀ (V weightsᵀ) + bo                            [b, nOut, Tq]
 * </pre>
 *
 * <p>Parameters and their flat order: as in {@link SelfAttentionLayer}.
 *
 * <p>Masks: a key is visible where neither keys nor values are masked; masked queries have the
 * output zero; the mask of the queries is passed on. With {@code causal} the last query sees the
 * last key, also if there are fewer queries than keys. Steps are counted in the arrays, masked ones
 * too: where {@code causal}, a window or a position matters, queries and keys need padding of the
 * same length.
 *
 * <p>With {@link org.attention4j.normalizer.Normalizers#softmax()} the output is that of the stock
 * vertex, but for queries without a visible key: there the stock vertex averages the padding, this
 * one gives zero (or bo).
 *
 * <p>Publishes {@code scores} and {@code weights}, both [b, h, Tq, Tk].
 */
public final class AttentionVertex extends ExactSameDiffVertex implements AttentionSpec.Holder {
  /** The name under which the masked, scaled scores are published. */
  public static final String SCORES = AttentionLayer.SCORES;

  /** The name under which the weights, before dropout, are published. */
  public static final String WEIGHTS = AttentionLayer.WEIGHTS;

  private static final String QUERIES = "queries";
  private static final String KEYS = "keys";
  private static final String VALUES = "values";
  private static final int MOST_INPUTS = AttentionInputSizes.MOST_INPUTS;

  @JsonProperty private long nInQueries;
  @JsonProperty private long nInKeys;
  @JsonProperty private long nInValues;
  @JsonProperty private long nOut;
  @JsonProperty private int nHeads;
  @JsonProperty private long headSize;
  @JsonProperty private boolean projectInput;
  @JsonProperty private AttentionOptions options = new AttentionOptions();

  /** For JSON. */
  private AttentionVertex() {}

  private AttentionVertex(Builder builder) {
    nInQueries = builder.nInQueries;
    nInKeys = builder.nInKeys;
    nInValues = builder.nInValues;
    nOut = builder.nOut;
    nHeads = builder.nHeads;
    headSize = builder.headSizeOrDefault();
    projectInput = builder.projectInput;
    setWeightInit(builder.weightInit);
    options = new AttentionOptions(builder.options);
  }

  private AttentionVertex(AttentionVertex other) {
    super(other);
    nInQueries = other.nInQueries;
    nInKeys = other.nInKeys;
    nInValues = other.nInValues;
    nOut = other.nOut;
    nHeads = other.nHeads;
    headSize = other.headSize;
    projectInput = other.projectInput;
    options = new AttentionOptions(other.options);
  }

  @Override
  @SuppressWarnings("MissingSuperCall") // the stock classes' clone() is abstract
  public AttentionVertex clone() {
    return new AttentionVertex(this);
  }

  @Override
  public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int idx,
      INDArray paramsView,
      boolean initializeParams,
      DataType networkDatatype) {
    options.whenBuilt(
        new Requirements(getClass(), name), nHeads, networkDatatype, initializeParams);
    return super.instantiate(graph, name, idx, paramsView, initializeParams, networkDatatype);
  }

  @Override
  public AttentionSpec attentionRule() {
    return heads().spec();
  }

  private MultiHeadAttention heads() {
    return new MultiHeadAttention(
        nInQueries, nInKeys, nInValues, nOut, nHeads, headSize, projectInput, options);
  }

  @Override
  public void defineParametersAndInputs(SDVertexParams params) {
    params.clear();
    params.defineInputs(QUERIES, KEYS, VALUES);
    heads().defineWeights(params);
    heads().defineOwnParameters(params);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.forEach(
        (name, array) ->
            heads().initialize(name, array, weightInit(), initialBias(), initialGain()));
  }

  @Override
  protected ExactVertexRuntime runtime(ExactVertexRuntime.Setup setup) {
    return new org.attention4j.layers.runtime.AttentionVertex(setup);
  }

  @Override
  protected SDVariable define(LayerGraph graph) {
    String keyInput = graph.hasInput(KEYS) ? KEYS : QUERIES;
    String valueInput = graph.hasInput(VALUES) ? VALUES : keyInput;
    SDVariable x = graph.input(QUERIES);
    SequenceShape shape = new SequenceShape(x);
    SequenceShape keyShape = new SequenceShape(graph.input(keyInput));
    SDVariable positions = Positions.fromEnd(shape.steps(), keyShape.steps());
    SDVariable keyPositions = doubleRange(keyShape.steps());
    SDVariable output =
        AttentionPath.of(heads(), graph, x.dataType(), keyInput.equals(QUERIES))
            .apply(
                new AttentionSources(
                    new AttentionSources.Sequence(x, shape, positions),
                    new AttentionSources.Sequence(graph.input(keyInput), keyShape, keyPositions),
                    graph.input(valueInput),
                    false,
                    graph.mask(keyInput).orElse(null),
                    null,
                    this::weightsShape));
    return graph
        .mask(QUERIES)
        .map(mask -> output.mul(graph.sameDiff().stack(1, mask)))
        .orElse(output);
  }

  private long[] weightsShape(Map<String, long[]> inputShapes) {
    long[] queries = Objects.requireNonNull(inputShapes.get(QUERIES));
    long[] keys = inputShapes.getOrDefault(KEYS, queries);
    return new long[] {queries[0], nHeads, queries[2], keys[2]};
  }

  /** Keys and values are hidden together: each gets the mask of both. */
  @Override
  protected @Nullable INDArray[] effectiveMasks(@Nullable INDArray[] masks) {
    if (masks.length < MOST_INPUTS || Objects.equals(masks[1], masks[2])) {
      return masks;
    }
    INDArray both =
        masks[1] == null ? masks[2] : masks[2] == null ? masks[1] : product(masks[1], masks[2]);
    return new INDArray[] {masks[0], both, both};
  }

  /** Outside all workspaces: the backward pass reads it when that of the forward pass is closed. */
  private static INDArray product(INDArray one, INDArray other) {
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      return one.mul(other);
    }
  }

  @Override
  public @Nullable Pair<INDArray, MaskState> feedForwardMaskArrays(
      @Nullable INDArray @Nullable [] maskArrays,
      @Nullable MaskState currentMaskState,
      int minibatchSize) {
    INDArray queries = maskArrays == null ? null : maskArrays[0];
    return queries == null ? null : Pair.of(queries, currentMaskState);
  }

  @Override
  public void validateInput(INDArray[] arrays) {
    inputs().check(require(), arrays);
  }

  @Override
  public int maxVertexInputs() {
    return MOST_INPUTS;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType... vertexInputs) {
    inputs().check(require(), vertexInputs);
    return SequenceTypes.output(require(), vertexInputs[0], projectInput ? nOut : nInValues);
  }

  @Override
  protected long workingMemory(boolean training, InputType... inputTypes) {
    InputType keys = inputTypes[Math.min(1, inputTypes.length - 1)];
    return heads()
        .workingMemory(
            SequenceLayer.steps(inputTypes[0]),
            SequenceLayer.steps(keys),
            !AttentionPath.takesFused(
                options, inputTypes.length == 1 ? SequenceLayer.steps(inputTypes[0]) : 0),
            training);
  }

  private AttentionInputSizes inputs() {
    return new AttentionInputSizes(nInQueries, nInKeys, nInValues);
  }

  private Requirements require() {
    return new Requirements(AttentionVertex.class, getName());
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
    return heads().headFeatures();
  }

  AttentionOptions options() {
    return options;
  }

  /**
   * What makes weights of scores.
   *
   * @return the normalizer
   */
  @JsonIgnore
  public Normalizer getNormalizer() {
    return options.normalizer;
  }

  @Override
  protected boolean canEqual(@Nullable Object other) {
    return other instanceof AttentionVertex;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AttentionVertex that
        && super.equals(other)
        && heads().equals(that.heads());
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), heads());
  }

  @Override
  public String toString() {
    return options
        .describe(
            new Description(AttentionVertex.class, getName())
                .with("nInQueries", nInQueries)
                .with("nInKeys", nInKeys)
                .with("nInValues", nInValues)
                .with("nOut", nOut)
                .with("heads", nHeads)
                .with("headSize", getHeadSize())
                .unless(true, "projectInput", projectInput))
        .toString();
  }

  /** Builds the vertex; the options of the stock builder and this library's own. */
  public static final class Builder extends AttentionVertexBuilder {
    /** Starts with one head, no projection and softmax, as the stock builder does. */
    public Builder() {}

    /**
     * Builds the vertex.
     *
     * @return the vertex' configuration
     * @throws IllegalArgumentException if an option has a value that is not possible
     */
    public AttentionVertex build() {
      validate();
      return new AttentionVertex(this);
    }
  }
}
