package org.attention4j.normalizer;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * {@code softmax(s * log(n) * z)} with the number of visible keys n of the row and a scale s that
 * each head learns.
 *
 * @param s the initial scale of every head; finite
 * @see <a href="https://arxiv.org/abs/2501.19399">Nakanishi 2025</a>
 */
record ScalableSoftmax(double s) implements Normalizer {
  static final String TYPE = "ssmax";
  static final String SCALE = "s";

  /** The value that the paper's Fig. 1 fits to trained heads. */
  static final double DEFAULT_SCALE = 0.43;

  ScalableSoftmax {
    NormalizerOptions.requireScale(TYPE, s);
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    SDVariable sharpness = context.parameter(SCALE).mul(sd.math.log(context.visibleCount()));
    return Softmax.softmax(sd, Softmax.sharpened(scores, sharpness, context));
  }

  @Override
  public Optional<RowKernel> kernel() {
    return Optional.of(RowKernels.scaled(RowKernels.softmax(1), true, LogLengthFactor.LEARNABLE));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> options() {
    return NormalizerOptions.of("s", s);
  }

  @Override
  public Set<Trait> traits() {
    return EnumSet.of(
        Trait.SUMS_TO_ONE, Trait.LENGTH_AWARE, Trait.LEARNABLE, Trait.SHIFT_INVARIANT);
  }

  @Override
  public List<NormalizerParameter> parameters(int heads) {
    return List.of(new NormalizerParameter(SCALE, heads, s));
  }
}
