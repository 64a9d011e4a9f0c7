package org.attention4j.normalizer;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * {@code sigmoid(z - log n)} with n the number of visible keys: each key by itself, no competition
 * within the row.
 *
 * @see <a href="https://arxiv.org/abs/2409.04431">Ramapuram et al. 2024</a>
 */
record Sigmoid() implements Normalizer {
  static final String TYPE = "sigmoid";

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    return sd.nn.sigmoid(scores.sub(sd.math.log(context.visibleCount())));
  }

  @Override
  public Optional<RowKernel> kernel() {
    return Optional.of(RowKernels.sigmoid());
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Set<Trait> traits() {
    return EnumSet.of(Trait.CAN_EXCEED_ONE, Trait.LENGTH_AWARE);
  }
}
