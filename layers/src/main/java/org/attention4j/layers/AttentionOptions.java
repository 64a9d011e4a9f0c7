package org.attention4j.layers;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerParameter;
import org.attention4j.normalizer.Normalizers;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** The options that every attention layer of this library has beyond those of the stock ones. */
final class AttentionOptions implements Serializable {
  @JsonProperty Normalizer normalizer = Normalizers.softmax();
  @JsonProperty boolean causal;
  @JsonProperty boolean hasBias;
  @JsonProperty double attentionDropout;
  @JsonProperty @Nullable Double scale;

  AttentionOptions() {}

  AttentionOptions(AttentionOptions other) {
    normalizer = other.normalizer;
    causal = other.causal;
    hasBias = other.hasBias;
    attentionDropout = other.attentionDropout;
    scale = other.scale;
  }

  /** The factor on the scores; one over the root of the head size unless chosen. */
  double scaleFor(long headSize) {
    return scale == null ? 1 / Math.sqrt((double) headSize) : scale;
  }

  List<NormalizerParameter> normalizerParameters(int heads) {
    return normalizer.parameters(heads);
  }

  void validate(Requirements require) {
    require.present("normalizer", normalizer, "a map such as Normalizers.softmax()");
    require.that(
        attentionDropout >= 0 && attentionDropout < 1,
        "attentionDropout",
        attentionDropout,
        "at least 0 and below 1 (it is the share of weights that is dropped)");
    require.that(scale == null || Double.isFinite(scale), "scale", String.valueOf(scale), "finite");
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AttentionOptions that
        && normalizer.equals(that.normalizer)
        && causal == that.causal
        && hasBias == that.hasBias
        && Double.compare(attentionDropout, that.attentionDropout) == 0
        && Objects.equals(scale, that.scale);
  }

  @Override
  public int hashCode() {
    return Objects.hash(normalizer, causal, hasBias, attentionDropout, scale);
  }
}
