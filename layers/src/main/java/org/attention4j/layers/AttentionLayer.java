package org.attention4j.layers;

import static org.attention4j.internal.graph.GraphShapes.doubleRange;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.attention4j.dl4j.LayerGraph;
import org.attention4j.dl4j.PastSteps;
import org.attention4j.normalizer.Normalizer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonIgnore;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** What the attention layers share: their sizes, their options and the parameters of the heads. */
abstract class AttentionLayer extends SequenceLayer implements AttentionSpec.Holder {
  /** The name under which the masked, scaled scores are published. */
  public static final String SCORES = "scores";

  /** The name under which the weights, before dropout, are published. */
  public static final String WEIGHTS = "weights";

  /** The name under which the queries of each head are published, shape [b, h, d, Tq]. */
  public static final String QUERIES = "queries";

  /** The name under which the keys are published, shape [b, g, d, Tk] for g key heads. */
  public static final String KEYS = "keys";

  /** The name under which the values are published, shape [b, g, d, Tk]. */
  public static final String VALUES = "values";

  /**
   * The name under which, with {@link Position#FORGETTING}, the sums of the logarithms of the gates
   * up to each step are published, DOUBLE, shape [b, h, Tk].
   */
  public static final String DECAYS = "decays";

  @JsonProperty private int nHeads;
  @JsonProperty private long headSize;
  @JsonProperty private boolean projectInput;
  @JsonProperty private AttentionOptions options = new AttentionOptions();

  /** For JSON. */
  AttentionLayer() {}

  AttentionLayer(AttentionLayerBuilder<?> builder) {
    super(builder);
    nHeads = builder.nHeads;
    headSize = builder.headSizeOrDefault();
    projectInput = builder.projectInput;
    options = new AttentionOptions(builder.options);
  }

  /** The heads, for queries of some size over the layer's input as keys and values. */
  final MultiHeadAttention heads(long querySize) {
    long outputs = outputSize();
    long features = headSize == 0 ? outputs / nHeads : headSize;
    return new MultiHeadAttention(
        querySize, getNIn(), getNIn(), outputs, nHeads, features, projectInput, options);
  }

  /** The heads; each query has as many features as the layer's input unless overridden. */
  MultiHeadAttention heads() {
    return heads(getNIn());
  }

  /**
   * Attention of a sequence [b, nIn, T] to itself, under the mask of the layer's input; of steps
   * that follow earlier ones, to these too.
   */
  final SDVariable selfAttention(LayerGraph graph, SDVariable x) {
    SequenceShape shape = new SequenceShape(x);
    PastSteps past = graph.past().orElse(null);
    SDVariable positions = doubleRange(shape.steps());
    SDVariable mask = graph.mask().orElse(null);
    SDVariable keyMask = mask;
    if (past != null) {
      positions = positions.add(past.count().castTo(DataType.DOUBLE));
      keyMask = past.mask().orElse(null);
      if (options.slidingWindow > 0 && options.firstKeys == 0) {
        past.needsLast(options.slidingWindow - 1);
      }
    }
    AttentionSources.Sequence sequence = new AttentionSources.Sequence(x, shape, positions);
    return AttentionPath.of(heads(), graph, x.dataType(), true)
        .apply(
            new AttentionSources(sequence, sequence, x, false, keyMask, mask, this::squareWeights));
  }

  @Override
  protected Optional<String> obstacleToSteps() {
    return options.causal
        ? Optional.empty()
        : Optional.of("each step sees later ones; build it with causal(true)");
  }

  private long[] squareWeights(Map<String, long[]> inputShapes) {
    long[] input = inputShapes.values().iterator().next();
    return new long[] {input[0], nHeads, input[2], input[2]};
  }

  @Override
  public final AttentionSpec attentionRule() {
    return heads().spec();
  }

  final AttentionOptions options() {
    return options;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.clear();
    heads().defineWeights(params);
    heads().defineOwnParameters(params);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.forEach(this::initialize);
  }

  @Override
  public org.deeplearning4j.nn.api.Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> trainingListeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType networkDataType) {
    options.whenBuilt(require(), nHeads, networkDataType, initializeParams);
    return super.instantiate(
        conf, trainingListeners, layerIndex, layerParamsView, initializeParams, networkDataType);
  }

  /** Fills one parameter with the values that training starts from. */
  void initialize(String name, INDArray array) {
    heads().initialize(name, array, weightInit(name), initialBias(), initialGain());
  }

  /** [b, T] seen as [b, 1, 1, T]. */
  static SDVariable asKeyMask(SDVariable mask) {
    SameDiff sd = mask.getSameDiff();
    // Not expandDims, which leaves a mask of one element as it is.
    return sd.stack(1, sd.stack(1, mask));
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    InputType output = super.getOutputType(layerIndex, inputType);
    options.validatePosition(require(), heads().headFeatures());
    return output;
  }

  @Override
  boolean keepsSize() {
    return !projectInput;
  }

  @Override
  public void setNOut(long nOut) {
    require()
        .that(
            projectInput || nOut == getNIn(),
            "nOut",
            nOut,
            "equal to nIn, which is " + getNIn() + ", unless projectInput is true");
    super.setNOut(nOut);
  }

  @Override
  void checkSizes(Requirements require) {
    super.checkSizes(require);
    require.that(
        headSize > 0 || outputSize() % nHeads == 0,
        "nHeads",
        nHeads,
        "a divisor of the output size " + outputSize() + " unless headSize is set");
    options.validatePosition(require, heads().headFeatures());
  }

  @Override
  protected long workingMemory(InputType inputType, boolean training) {
    long steps = steps(inputType);
    return heads().workingMemory(queries(steps), steps, !takesFusedPath(steps), training);
  }

  /** The number of queries for a number of keys. */
  long queries(long keys) {
    return keys;
  }

  /**
   * Whether a network of an unknown type would take the fused path.
   *
   * @param steps T, or less than 1 if it is not known
   */
  boolean takesFusedPath(long steps) {
    return AttentionPath.takesFused(options, steps);
  }

  @Override
  Description describe(Description description) {
    description.with("heads", nHeads).with("headSize", getHeadSize());
    return options.describe(description.unless(true, "projectInput", projectInput));
  }

  /**
   * The number of heads.
   *
   * @return the number of heads
   */
  @JsonIgnore
  public final int getNHeads() {
    return nHeads;
  }

  /**
   * The number of features of each head.
   *
   * @return the head size
   */
  @JsonIgnore
  public final long getHeadSize() {
    return heads().headFeatures();
  }

  /**
   * What makes weights of scores.
   *
   * @return the normalizer
   */
  @JsonIgnore
  public final Normalizer getNormalizer() {
    return options.normalizer;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AttentionLayer that
        && super.equals(other)
        && nHeads == that.nHeads
        && headSize == that.headSize
        && projectInput == that.projectInput
        && options.equals(that.options);
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), nHeads, headSize, projectInput, options);
  }
}
