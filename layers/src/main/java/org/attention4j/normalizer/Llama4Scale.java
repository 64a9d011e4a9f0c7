package org.attention4j.normalizer;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attention4j.kernel.RowKernel;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * {@code normalizer((1 + β log(1 + floor(n / L))) z)}: any normalizer with its scores made sharper
 * in steps as the number of visible keys n grows; below L it is the normalizer itself.
 *
 * @param beta β; from 0 to 1e7
 * @param length L, the context length of training; at least 1
 * @param normalizer the normalizer after the scale
 * @see <a href="https://ai.meta.com/blog/llama-4-multimodal-intelligence/">Llama 4, 2025, with
 *     softmax: "inference time temperature scaling of attention"</a>
 */
record Llama4Scale(double beta, int length, Normalizer normalizer) implements Normalizer {
  static final String TYPE = "llama4-scale";

  /** Those of Llama 4. */
  static final double DEFAULT_BETA = 0.1;

  static final int DEFAULT_LENGTH = 8192;

  Llama4Scale {
    NormalizerOptions.requireShare(TYPE, "beta", beta);
    NormalizerOptions.require(TYPE, "length", length, length >= 1, "at least 1");
    NormalizerOptions.requireInner(TYPE, normalizer);
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    // Half a key more: no rounding of the quotient can then move it across a whole number.
    SDVariable steps =
        sd.math.floor(context.visibleCount().castTo(DataType.DOUBLE).add(0.5).mul(1.0 / length));
    SDVariable factor = sd.math.log(steps.add(1.0)).mul(beta).add(1.0).castTo(scores.dataType());
    return ScaledScores.normalize(normalizer, sd, scores, factor, context);
  }

  @Override
  public Optional<RowKernel> kernel() {
    return ScaledScores.kernel(normalizer, context -> factor(context.visibleCount()));
  }

  private double factor(int n) {
    int steps = n / length;
    return 1 + beta * Math.log(1.0 + steps);
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> options() {
    return NormalizerOptions.of("beta", beta, "length", length, "normalizer", normalizer);
  }

  @Override
  public Set<Trait> traits() {
    return ScaledScores.traits(normalizer);
  }

  @Override
  public List<NormalizerParameter> parameters(int heads) {
    return normalizer.parameters(heads);
  }

  @Override
  public Map<String, Double> learned(Map<String, Double> parameters) {
    return normalizer.learned(parameters);
  }
}
