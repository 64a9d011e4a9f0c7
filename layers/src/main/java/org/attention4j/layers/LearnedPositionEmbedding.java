package org.attention4j.layers;

import java.util.Map;
import java.util.Objects;
import org.attention4j.dl4j.LayerGraph;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Adds to each step of a sequence a learned vector for its position, as GPT-2 does.
 *
 * <p>Input and output [b, size, T] with T at most the chosen maximum. Parameter: W [size,
 * maxLength], drawn from a normal distribution with standard deviation 0.02.
 */
public final class LearnedPositionEmbedding extends SequenceLayer {
  private static final String W = "W";

  /** GPT-2's initial standard deviation. */
  private static final double INITIAL_DEVIATION = 0.02;

  @JsonProperty private long maxLength;

  /** For JSON. */
  private LearnedPositionEmbedding() {}

  private LearnedPositionEmbedding(Builder builder) {
    super(builder, builder.nIn);
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
        (name, array) ->
            array.assign(Nd4j.randn(DataType.FLOAT, array.shape()).muli(INITIAL_DEVIATION)));
  }

  @Override
  protected SDVariable define(LayerGraph graph) {
    SameDiff sd = graph.sameDiff();
    SDVariable steps = sd.sizeAt(graph.input(), 2);
    SDVariable begin = sd.constant(Nd4j.createFromArray(0L, 0L));
    SDVariable size = sd.stack(0, sd.constant(getNIn()), steps);
    SDVariable positions = sd.slice(graph.parameter(W), begin, size);
    return graph.input().add(sd.expandDims(positions, 0));
  }

  @Override
  public void validateInput(INDArray input) {
    super.validateInput(input);
    require()
        .that(
            input.size(2) <= maxLength,
            "the input's number of steps",
            input.size(2),
            "at most maxLength " + maxLength);
  }

  @Override
  long outputSize() {
    return getNIn();
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
  @SuppressWarnings("unchecked") // the stock build() promises its caller any type he likes
  public static final class Builder extends SameDiffLayer.Builder<Builder> {
    private int nIn;
    private int maxLength;

    /** Starts without a maximum length, which must be set. */
    public Builder() {}

    /**
     * Sets the number of features; taken from the network's input type if not set.
     *
     * @param nIn features of each step
     * @return this
     */
    public Builder nIn(int nIn) {
      this.nIn = nIn;
      return this;
    }

    /**
     * Sets how many positions are learned.
     *
     * @param maxLength the longest sequence that the layer takes
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
      Requirements require = new Requirements(LearnedPositionEmbedding.class, getLayerName());
      require.size("nIn", nIn);
      require.positive("maxLength", maxLength);
      return new LearnedPositionEmbedding(this);
    }
  }
}
