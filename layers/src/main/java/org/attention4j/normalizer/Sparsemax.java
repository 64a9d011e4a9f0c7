package org.attention4j.normalizer;

import java.util.Optional;
import java.util.Set;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Sparsemax: {@code max(z - tau, 0)} with tau such that each row sums to one, the Euclidean
 * projection of the scores onto the simplex. The same as {@link Entmax} with alpha 2.
 *
 * @see <a href="https://arxiv.org/abs/1602.02068">Martins and Astudillo 2016</a>
 */
record Sparsemax() implements Normalizer {
  static final String TYPE = "sparsemax";
  private static final Entmax ENTMAX_2 = new Entmax(2);

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    return ENTMAX_2.normalize(sd, scores, context);
  }

  @Override
  public Optional<RowKernel> kernel() {
    return Optional.of(RowKernels.entmax(2));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Set<Trait> traits() {
    return ENTMAX_2.traits();
  }
}
