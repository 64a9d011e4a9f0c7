package org.attention4j.normalizer;

import java.util.Map;
import java.util.Optional;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernels;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * {@code e^z / (c + sum e^z)}: softmax that may leave a row nearly empty, as if beside a fixed
 * logit {@code log c} whose weight is dropped.
 *
 * @param c the constant in the denominator; positive
 * @see <a href="https://www.evanmiller.org/attention-is-off-by-one.html">Miller 2023</a>
 */
record SoftmaxOne(double c) implements Normalizer {
  static final String TYPE = "softmax1";

  SoftmaxOne {
    NormalizerOptions.require(TYPE, "c", c, c > 0, "positive and finite");
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    SDVariable logit = sd.constant(Math.log(c)).castTo(scores.dataType());
    return Sink.softmaxBeside(sd, scores, logit);
  }

  @Override
  public Optional<RowKernel> kernel() {
    return Optional.of(RowKernels.softmaxOne(c));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> options() {
    return NormalizerOptions.of("c", c);
  }
}
