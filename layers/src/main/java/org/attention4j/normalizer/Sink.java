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
 * {@code e^z / (e^S + sum e^z)}: softmax over the row and one more logit S, which each head learns
 * and whose weight is dropped, so that a head may attend to nothing.
 *
 * @param initialLogit the value of S that every head starts with; finite
 * @see <a href="https://arxiv.org/abs/2508.10925">The model card of gpt-oss</a>
 */
record Sink(double initialLogit) implements Normalizer {
  static final String TYPE = "sink";
  static final String LOGIT = "sink";

  Sink {
    NormalizerOptions.requireLogit(TYPE, "initialLogit", initialLogit);
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    return softmaxBeside(sd, scores, context.parameter(LOGIT));
  }

  /**
   * The weights that softmax leaves to the row beside one more logit.
   *
   * @param scores masked scores, shape [b, h, Tq, Tk]
   * @param logit broadcastable to [b, h, Tq, 1]
   * @return weights, zero at masked keys
   */
  static SDVariable softmaxBeside(SameDiff sd, SDVariable scores, SDVariable logit) {
    SDVariable limited = NormalizerContext.limited(logit);
    SDVariable constantLogit = Bitcast.detach(limited);
    SDVariable maximum = Bitcast.detach(scores.max(true, KEYS));
    // The larger of the two as it is: of a difference that is added again, digits are lost.
    SDVariable above = maximum.gt(constantLogit).castTo(maximum.dataType());
    SDVariable largest = maximum.mul(above).add(above.rsub(1.0).mul(constantLogit));
    SDVariable exponentials = sd.math.exp(scores.sub(largest));
    SDVariable beside = sd.math.exp(limited.sub(largest));
    return exponentials.div(exponentials.sum(true, KEYS).add(beside));
  }

  @Override
  public Optional<RowKernel> kernel() {
    return Optional.of(RowKernels.sink());
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> options() {
    return NormalizerOptions.of("initialLogit", initialLogit);
  }

  @Override
  public Set<Trait> traits() {
    return EnumSet.of(Trait.LEARNABLE);
  }

  @Override
  public List<NormalizerParameter> parameters(int heads) {
    return List.of(new NormalizerParameter(LOGIT, heads, initialLogit));
  }
}
