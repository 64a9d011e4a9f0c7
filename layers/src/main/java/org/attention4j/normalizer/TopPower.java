package org.attention4j.normalizer;

import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Softmax over the {@code k = ceil(a n^b)} largest scores of each row with n visible keys, at most
 * all of them, zero for the others; ties go to the lowest key index. A product within 1e-12 of a
 * whole number counts as that, so that k is the same in every type and on both paths.
 *
 * @param a the factor; above 0 and at most 1e6
 * @param b the power; above 0 and below 1
 * @see <a href="https://arxiv.org/abs/2609.37879">Retrieval Capacity of Self-Attention Under
 *     Competition, where the number of keys that keeps the loss grows with the length while its
 *     share falls</a>
 */
record TopPower(double a, double b) implements Normalizer {
  static final String TYPE = "top-power";
  static final double DEFAULT_FACTOR = 1;
  static final double DEFAULT_POWER = 0.5;

  TopPower {
    NormalizerOptions.require(TYPE, "a", a, a > 0 && a <= 1e6, "above 0 and at most 1e6");
    NormalizerOptions.require(TYPE, "b", b, b > 0 && b < 1, "above 0 and below 1");
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    SDVariable n = context.visibleCount().castTo(DataType.DOUBLE);
    SDVariable k = Selection.roundedUp(sd.math.exp(sd.math.log(n).mul(b)).mul(a));
    SDVariable kept = n.sub(sd.nn.relu(n.sub(k), 0)).castTo(scores.dataType());
    return TopK.softmaxOver(sd, scores, Selection.largest(scores, kept));
  }

  @Override
  public Optional<RowKernel> kernel() {
    return Optional.of(RowKernels.topK(n -> Math.min(n, Selection.roundedUp(a * Math.pow(n, b)))));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> options() {
    return NormalizerOptions.of("a", a, "b", b);
  }

  @Override
  public Set<Trait> traits() {
    return EnumSet.of(
        Trait.SUMS_TO_ONE, Trait.EXACT_ZEROS, Trait.LENGTH_AWARE, Trait.SHIFT_INVARIANT);
  }
}
