package org.attention4j.normalizer;

import static org.attention4j.normalizer.NormalizerContext.KEYS;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

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
    NormalizerOptions.require(
        TYPE, "temperature", temperature, temperature > 0, "positive and finite");
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    if (learnable) {
      SDVariable coldness = sd.math.exp(context.parameter(LOG_TEMPERATURE).neg());
      return softmax(sd, sharpened(scores, coldness, context));
    }
    return softmax(sd, temperature == 1 ? scores : context.fillMasked(scores.mul(1 / temperature)));
  }

  /** The stock row softmax; it subtracts the row's maximum, so it is stable. */
  static SDVariable softmax(SameDiff sd, SDVariable scores) {
    return sd.nn.softmax(scores, KEYS);
  }

  /**
   * Scores times a factor. The row's maximum is taken off first, which changes no weight but keeps
   * the digits of the factor's gradient when all scores are far from zero.
   */
  static SDVariable sharpened(SDVariable scores, SDVariable factor, NormalizerContext context) {
    SDVariable shifted = scores.sub(Bits.detach(scores.max(true, KEYS)));
    return context.fillMasked(context.zeroMasked(shifted).mul(factor));
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
}
