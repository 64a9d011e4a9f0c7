package org.attention4j.normalizer;

import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * {@code softmax(z * max(1, log n / log L))}: softmax that grows sharper once a row has more
 * visible keys n than the context length L of training.
 *
 * @param trainLength L, the context length up to which this is plain softmax; above 1
 * @see <a href="https://arxiv.org/abs/2202.12172">Chiang and Cholak 2022</a>
 */
record LogN(double trainLength) implements Normalizer {
  static final String TYPE = "log-n";

  /** The context length of training that the golden values and most published runs use. */
  static final double DEFAULT_TRAIN_LENGTH = 512;

  LogN {
    NormalizerOptions.requireLength(TYPE, "trainLength", trainLength);
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    SDVariable excess = sd.math.log(context.visibleCount()).mul(1 / Math.log(trainLength)).sub(1.0);
    SDVariable sharpness = sd.nn.relu(excess, 0).add(1.0);
    return Softmax.softmax(sd, Softmax.sharpened(scores, sharpness, context));
  }

  @Override
  public Optional<RowKernel> kernel() {
    return Optional.of(
        RowKernels.scaled(
            RowKernels.softmax(1),
            true,
            context -> Math.max(1, Math.log(context.visibleCount()) / Math.log(trainLength))));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> options() {
    return NormalizerOptions.of("trainLength", trainLength);
  }

  @Override
  public Set<Trait> traits() {
    return EnumSet.of(Trait.SUMS_TO_ONE, Trait.LENGTH_AWARE, Trait.SHIFT_INVARIANT);
  }
}
