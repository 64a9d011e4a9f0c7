package org.attention4j.normalizer;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attention4j.internal.graph.CappedScores;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * {@code normalizer(c tanh(z / c))}: any normalizer on scores that stay between -c and c. The
 * gradient of a score is that of the capped one times {@code 1 - tanh²(z / c)}.
 *
 * @param cap c, the bound; from 1e-6 to 1e6
 * @param normalizer the normalizer after the cap
 * @see <a href="https://arxiv.org/abs/2408.00118">Gemma 2, 2024, section 2, with softmax</a>
 */
record SoftCap(double cap, Normalizer normalizer) implements Normalizer {
  static final String TYPE = "soft-cap";

  /** That of the attention of Gemma 2. */
  static final double DEFAULT_CAP = 50;

  SoftCap {
    NormalizerOptions.requireCap(TYPE, cap);
    NormalizerOptions.requireInner(TYPE, normalizer);
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    SDVariable capped = CappedScores.of(context.zeroMasked(scores), cap);
    return normalizer.normalize(sd, context.fillMasked(capped), context);
  }

  @Override
  public Optional<RowKernel> kernel() {
    return normalizer.kernel().map(kernel -> RowKernels.softCap(kernel, cap));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> options() {
    return NormalizerOptions.of("cap", cap, "normalizer", normalizer);
  }

  @Override
  public Set<Trait> traits() {
    Set<Trait> traits = EnumSet.noneOf(Trait.class);
    traits.addAll(normalizer.traits());
    traits.remove(Trait.SHIFT_INVARIANT);
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
}
