package org.attention4j.layers;

import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * What layer norm and RMS norm share: epsilon, a gain for each feature, and a size that stays.
 *
 * <p>All parameters count as biases, so that weight decay leaves them alone.
 */
abstract class NormLayer extends SequenceLayer {
  static final String GAIN = "gain";

  /** As in most published transformers, Llama 2 and 3 among them. */
  static final double DEFAULT_EPSILON = 1e-5;

  @JsonProperty private double epsilon;

  /** For JSON. */
  NormLayer() {}

  NormLayer(SequenceLayerBuilder<?> builder, double epsilon) {
    super(builder);
    this.epsilon = epsilon;
    initializeConstraints(builder);
  }

  /** Checks the options of a builder. */
  static void check(
      Class<? extends NormLayer> type, SequenceLayerBuilder<?> builder, double epsilon) {
    Requirements require = builder.requirements(type);
    builder.requireSameSize(require);
    require.that(
        epsilon > 0 && Double.isFinite(epsilon), "epsilon", epsilon, "positive and finite");
  }

  /** What is added before the root. */
  final double epsilon() {
    return epsilon;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.clear();
    params.addBiasParam(GAIN, getNIn());
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.forEach(
        (name, array) -> array.assign(name.equals(GAIN) ? initialGain() : initialBias()));
  }

  @Override
  final boolean keepsSize() {
    return true;
  }

  @Override
  protected long workingMemory(InputType inputType, boolean training) {
    return (training ? 4 : 2) * getNIn() * steps(inputType); // centred or squared, then divided
  }

  @Override
  final Description describe(Description description) {
    return description.unless(DEFAULT_EPSILON, "epsilon", epsilon);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof NormLayer that
        && super.equals(other)
        && Double.compare(epsilon, that.epsilon) == 0;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), epsilon);
  }
}
