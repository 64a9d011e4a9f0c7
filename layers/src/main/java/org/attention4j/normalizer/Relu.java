package org.attention4j.normalizer;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * {@code max(z, 0) / n} with n the number of visible keys.
 *
 * @see <a href="https://arxiv.org/abs/2309.08586">Wortsman et al. 2023</a>
 */
record Relu() implements Normalizer {
  static final String TYPE = "relu";

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    return sd.nn.relu(scores, 0).div(context.visibleCount());
  }

  @Override
  public Optional<RowKernel> kernel() {
    return Optional.of(RowKernels.relu());
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Set<Trait> traits() {
    return EnumSet.of(Trait.EXACT_ZEROS, Trait.CAN_EXCEED_ONE, Trait.LENGTH_AWARE);
  }
}
