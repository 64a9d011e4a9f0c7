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

/**
 * The N largest weights of another normalizer in each row, zero for the others: what a trained
 * network loses if its heads read N keys alone. Of equal weights those with the lowest key index
 * are kept.
 *
 * <pre>
 *   kept:          p_i = w_i                for i in I_N, else 0,     w = normalizer(z)
 *   renormalised:  p_i = w_i / Σ_{I_N} w_j  for i in I_N, else 0
 * </pre>
 *
 * <p>Which keys are kept counts as fixed in the gradient. It is made for measuring and has no name
 * in JSON: a network with it cannot be saved. For training take {@link Normalizers#topK}, which is
 * the renormalised restriction of softmax.
 *
 * @see <a href="https://arxiv.org/abs/2609.37879">Retrieval Capacity of Self-Attention Under
 *     Competition</a>
 */
public final class Restriction implements Normalizer {
  private static final long serialVersionUID = 1L;

  private final Normalizer normalizer;
  private final int count;
  private final boolean renormalised;

  private Restriction(Normalizer normalizer, int count, boolean renormalised) {
    this.normalizer = normalizer;
    this.count = count;
    this.renormalised = renormalised;
  }

  /**
   * Restricts a normalizer.
   *
   * @param normalizer makes the weights
   * @param count N, at least 1
   * @param renormalised whether the weights that are kept are divided by their sum; otherwise they
   *     are as they were, and the row sums to less
   * @return the restricted normalizer, with the parameters of the other one
   * @throws IllegalArgumentException if N is below 1
   */
  public static Normalizer of(Normalizer normalizer, int count, boolean renormalised) {
    NormalizerOptions.require("Restriction", "count", count, count >= 1, "at least 1");
    return new Restriction(normalizer, count, renormalised);
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    SDVariable weights = normalizer.normalize(sd, scores, context);
    SDVariable n = context.visibleCount();
    SDVariable largest =
        Selection.largest(context.fillMasked(weights), n.sub(sd.nn.relu(n.sub(count), 0)));
    SDVariable kept = MaskProduct.of(context.zeroMasked(weights), largest);
    if (!renormalised) {
      return kept;
    }
    SDVariable mass = kept.sum(true, KEYS);
    return kept.div(mass.add(mass.eq(0.0).castTo(mass.dataType())));
  }

  @Override
  public Optional<RowKernel> kernel() {
    return normalizer.kernel().map(kernel -> RowKernels.restricted(kernel, count, renormalised));
  }

  @Override
  public Set<Trait> traits() {
    Set<Trait> traits = EnumSet.of(Trait.EXACT_ZEROS);
    traits.addAll(normalizer.traits());
    if (!renormalised) {
      traits.remove(Trait.SUMS_TO_ONE);
    }
    return traits;
  }

  @Override
  public List<NormalizerParameter> parameters(int heads) {
    return normalizer.parameters(heads);
  }

  @Override
  public Map<String, Double> learned(Map<String, Double> parameters) {
    return normalizer.learned(parameters);
  }

  @Override
  public String toString() {
    return "the %d largest weights, %s, of %s"
        .formatted(count, renormalised ? "renormalised" : "kept", normalizer);
  }
}
