package org.attention4j.layers;

import static org.attention4j.internal.graph.GraphShapes.doubleRange;
import static org.attention4j.internal.graph.GraphShapes.sizeInProgram;

import java.util.Map;
import java.util.Objects;
import org.attention4j.dl4j.ExactLayerRuntime;
import org.attention4j.dl4j.LayerGraph;
import org.attention4j.dl4j.PastSteps;
import org.attention4j.internal.graph.FusedPositions;
import org.attention4j.internal.graph.StepMask;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Adds to each step of a sequence a learned vector for its position, as GPT-2 does.
 *
 * <p>Input and output [b, size, T]. Parameter: W [size, maxLength], drawn from a normal
 * distribution with standard deviation 0.02 unless {@code weightInit} of this layer says otherwise.
 *
 * <p>Positions are counted from the first step that is not masked, for each example: padding before
 * or after a sequence changes nothing. Masked steps between two others count, as they do for the
 * distances of {@link Position#ALIBI} and {@link Position#ROTARY}: a gap in a series is time that
 * passes. (A running sum of the mask, which some libraries use, agrees where there is no gap.) From
 * the first to the last visible step there are at most {@code maxLength}; what a masked step gets
 * means nothing.
 */
public final class LearnedPositionEmbedding extends SequenceLayer {
  private static final String W = "W";

  /** GPT-2's initial standard deviation. */
  private static final double INITIAL_DEVIATION = 0.02;

  @JsonProperty private long maxLength;

  /** For JSON. */
  private LearnedPositionEmbedding() {}

  private LearnedPositionEmbedding(Builder builder) {
    super(builder);
    if (getWeightInitFn() == null) {
      setWeightInitFn(new WeightInitDistribution(new NormalDistribution(0, INITIAL_DEVIATION)));
    }
    maxLength = builder.maxLength;
    initializeConstraints(builder);
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.clear();
    params.addWeightParam(W, getNIn(), maxLength);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.forEach(
        (name, array) -> Projection.initialize(array, maxLength, getNIn(), weightInit(name)));
  }

  @Override
  protected ExactLayerRuntime runtime(NeuralNetConfiguration conf, DataType networkDataType) {
    return new org.attention4j.layers.runtime.LearnedPositionEmbedding(conf, networkDataType);
  }

  @Override
  protected SDVariable define(LayerGraph graph) {
    SameDiff sd = graph.sameDiff();
    SDVariable learned = graph.parameter(W);
    if (graph.past().isEmpty() && JavaPath.isPossible(graph.input().dataType())) {
      return FusedPositions.add(graph.input(), learned, graph.mask().orElse(null));
    }
    SDVariable steps = sizeInProgram(graph.input(), 2);
    SDVariable earlier = graph.past().map(PastSteps::count).orElseGet(() -> sd.constant(0L));
    return graph
        .past()
        .map(PastSteps::mask)
        .orElseGet(graph::mask)
        .map(mask -> graph.input().add(fromFirstVisible(learned, mask, earlier, steps)))
        .orElseGet(() -> graph.input().add(sd.expandDims(some(learned, earlier, steps), 0)));
  }

  /** The vectors of neighbouring positions, shape [size, count]. */
  private SDVariable some(SDVariable learned, SDVariable from, SDVariable count) {
    SameDiff sd = learned.getSameDiff();
    SDVariable begin = sd.stack(0, sd.constant(0L), from);
    return sd.slice(learned, begin, sd.stack(0, sd.constant(getNIn()), count));
  }

  /**
   * The vectors of each example's steps, shape [b, size, t]. They are chosen by a product with ones
   * and zeros: the gradient of nd4j's gather is wrong where an index occurs twice.
   *
   * @param mask of the earlier steps and of these, shape [b, earlier + t]
   */
  private SDVariable fromFirstVisible(
      SDVariable learned, SDVariable mask, SDVariable earlier, SDVariable steps) {
    SameDiff sd = learned.getSameDiff();
    SDVariable all = earlier.add(steps);
    SDVariable end = all.castTo(DataType.DOUBLE);
    SDVariable fromEnd =
        sd.max(
            mask.neq(0.0).castTo(DataType.DOUBLE).mul(doubleRange(all).reshape(1, -1).rsub(end)),
            true,
            1);
    SDVariable begin = fromEnd.rsub(end);
    SDVariable step = doubleRange(steps).add(earlier.castTo(DataType.DOUBLE)).reshape(1, -1);
    SDVariable count = sd.math.min(all, sd.constant(maxLength));
    SDVariable position = sd.math.clipByValue(step.sub(begin), 0, maxLength - 1.0).reshape(-1, 1);
    SDVariable chosen = position.eq(doubleRange(count).reshape(1, -1)).castTo(learned.dataType());
    SDVariable vectors = sd.mmul(chosen, some(learned, sd.constant(0L), count), false, true, false);
    SDVariable shape = sd.stack(0, sizeInProgram(mask, 0), steps, sd.constant(getNIn()));
    return vectors.reshape(shape).permute(0, 2, 1);
  }

  @Override
  public void validateInput(INDArray input, @Nullable INDArray mask) {
    validateInput(input);
    long longest = mask == null ? input.size(2) : longest(mask);
    require()
        .that(
            longest <= maxLength,
            mask == null
                ? "the input's number of steps"
                : "the number of steps from an example's first visible one to its last",
            longest,
            "at most maxLength " + maxLength);
  }

  @Override
  protected void validateSteps(INDArray input, @Nullable INDArray mask, long earlier) {
    validateInput(input);
    long longest = mask == null ? earlier + input.size(2) : longest(mask);
    if (longest > maxLength) {
      throw new IllegalStateException(
          "%s: the cache is full, since step %d follows but maxLength is %d; call rnnClearPreviousState before the next sequence."
              .formatted(require().layer(), longest, maxLength));
    }
  }

  private long longest(INDArray mask) {
    long longest = 0;
    for (boolean[] visible : StepMask.visible(mask, require().layer())) {
      int first = -1;
      for (int step = 0; step < visible.length; step++) {
        if (visible[step]) {
          first = first < 0 ? step : first;
          longest = Math.max(longest, step - first + 1L);
        }
      }
    }
    return longest;
  }

  @Override
  boolean keepsSize() {
    return true;
  }

  @Override
  Description describe(Description description) {
    return description.with("maxLength", maxLength);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LearnedPositionEmbedding that
        && super.equals(other)
        && maxLength == that.maxLength;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), maxLength);
  }

  /** Builds the layer. */
  @SuppressWarnings("unchecked") // the stock build() lets its caller choose the type
  public static final class Builder extends SequenceLayerBuilder<Builder> {
    private int maxLength;

    /** Starts without a maximum length, which must be set. */
    public Builder() {}

    /**
     * Sets how many positions are learned.
     *
     * @param maxLength the longest sequence that the layer takes, not counting padding
     * @return this
     */
    public Builder maxLength(int maxLength) {
      this.maxLength = maxLength;
      return this;
    }

    /**
     * Builds the layer.
     *
     * @return the layer's configuration
     * @throws IllegalArgumentException if an option has a value that is not possible
     */
    @Override
    public LearnedPositionEmbedding build() {
      Requirements require = requirements(LearnedPositionEmbedding.class);
      requireSameSize(require);
      require.positive("maxLength", maxLength);
      return new LearnedPositionEmbedding(this);
    }
  }
}
