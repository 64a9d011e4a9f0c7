package org.attention4j.normalizer;

import static org.attention4j.normalizer.NormalizerContext.KEYS;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * {@code softmax(z / T)}, with a fixed temperature T or one that each head learns as log T.
 *
 * @param temperature T, or its initial value if learnable; positive
 * @param learnable whether each head trains its own temperature
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017</a>
 */
record Softmax(double temperature, boolean learnable) implements Normalizer {
  static final String TYPE = "softmax";
  static final String LOG_TEMPERATURE = "logTemperature";

  Softmax {
    NormalizerOptions.requireTemperature(TYPE, temperature);
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    if (learnable) {
      SDVariable coldness = sd.math.exp(context.parameter(LOG_TEMPERATURE).neg());
      return softmax(sd, sharpened(scores, coldness, context));
    }
    if (temperature == 1) {
      return softmax(sd, scores);
    }
    SDVariable coldness = sd.constant(1 / temperature).castTo(scores.dataType());
    return softmax(sd, sharpened(scores, coldness, context));
  }

  /**
   * The stock row softmax. In DOUBLE that of M2.1 never takes a maximum below zero for the row's
   * maximum, and answers NaN where all scores are below -745.
   */
  static SDVariable softmax(SameDiff sd, SDVariable scores) {
    return sd.nn.softmax(scores.dataType() == DataType.DOUBLE ? shifted(scores) : scores, KEYS);
  }

  /**
   * Scores times a factor. The row's maximum is taken off first, which changes no weight but keeps
   * the digits of the products, and of the factor's gradient, when all scores are far from zero.
   */
  static SDVariable sharpened(SDVariable scores, SDVariable factor, NormalizerContext context) {
    return scaled(shifted(scores), factor, context);
  }

  /** Scores times a factor, brought back into the range of scores. */
  static SDVariable scaled(SDVariable scores, SDVariable factor, NormalizerContext context) {
    SDVariable product = context.zeroMasked(scores).mul(factor);
    return context.fillMasked(NormalizerContext.limited(product));
  }

  /** Scores minus the row's maximum, for normalizers that no shift of the row changes. */
  private static SDVariable shifted(SDVariable scores) {
    return scores.sub(Bitcast.detach(scores.max(true, KEYS)));
  }

  @Override
  public Optional<RowKernel> kernel() {
    return Optional.of(
        learnable ? RowKernels.softmaxWithLearnableTemperature() : RowKernels.softmax(temperature));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> options() {
    return NormalizerOptions.of("temperature", temperature, "learnable", learnable);
  }

  @Override
  public Set<Trait> traits() {
    Set<Trait> traits = EnumSet.of(Trait.SUMS_TO_ONE, Trait.SHIFT_INVARIANT);
    if (learnable) {
      traits.add(Trait.LEARNABLE);
    }
    return traits;
  }

  @Override
  public List<NormalizerParameter> parameters(int heads) {
    return learnable
        ? List.of(new NormalizerParameter(LOG_TEMPERATURE, heads, Math.log(temperature)))
        : List.of();
  }

  @Override
  public Map<String, Double> learned(Map<String, Double> parameters) {
    Double logTemperature = parameters.get(LOG_TEMPERATURE);
    return logTemperature == null ? Map.of() : Map.of("temperature", Math.exp(logTemperature));
  }
}
