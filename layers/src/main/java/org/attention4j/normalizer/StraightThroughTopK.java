package org.attention4j.normalizer;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * The weights of {@link TopK} with the gradient of the dense {@code softmax(z / T)}, so that keys
 * which were not selected learn too.
 *
 * @param k how many keys to keep; at least 1
 * @param temperature T, of the gradient only; positive
 * @see <a href="https://arxiv.org/abs/2505.22074">arXiv 2505.22074</a>
 */
record StraightThroughTopK(int k, double temperature) implements Normalizer {
  StraightThroughTopK {
    NormalizerOptions.require(TopK.TYPE, "k", k, k >= 1, "at least 1");
    NormalizerOptions.requireTemperature(TopK.TYPE, temperature);
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    SDVariable sparse = Bitcast.detach(new TopK(k).normalize(sd, scores, context));
    SDVariable dense = new Softmax(temperature, false).normalize(sd, scores, context);
    // The difference is exactly zero: only its gradient is wanted.
    return sparse.add(dense.sub(Bitcast.detach(dense)));
  }

  @Override
  public Optional<RowKernel> kernel() {
    return Optional.of(RowKernels.straightThroughTopK(n -> Math.min(k, n), temperature));
  }

  @Override
  public String type() {
    return TopK.TYPE;
  }

  @Override
  public Map<String, Object> options() {
    return NormalizerOptions.of("k", k, "straightThrough", true, "temperature", temperature);
  }

  @Override
  public Set<Trait> traits() {
    return new TopK(k).traits();
  }
}
