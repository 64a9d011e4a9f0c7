package com.example.attention;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attention4j.kernel.RowKernel;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerContext;
import org.attention4j.normalizer.NormalizerParameter;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.normalizer.Trait;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** softmax(c tanh(z / c)); each head learns log c, so that c stays positive. */
public record Softcap(double cap) implements Normalizer {
  static final String TYPE = "softcap";
  private static final String LOG_CAP = "logCap";

  public Softcap {
    if (!(cap > 0) || Double.isInfinite(cap)) {
      throw new IllegalArgumentException(
          "Normalizer 'softcap': option 'cap' is " + cap + " but must be positive and finite.");
    }
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    SDVariable c = sd.math.exp(context.parameter(LOG_CAP));
    SDVariable capped = sd.math.tanh(context.zeroMasked(scores).div(c)).mul(c);
    return Normalizers.softmax().normalize(sd, context.fillMasked(capped), context);
  }

  @Override
  public List<NormalizerParameter> parameters(int heads) {
    return List.of(new NormalizerParameter(LOG_CAP, heads, Math.log(cap)));
  }

  @Override
  public Set<Trait> traits() {
    return EnumSet.of(Trait.SUMS_TO_ONE, Trait.LEARNABLE);
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> options() {
    return Map.of("cap", cap);
  }

  @Override
  public Optional<RowKernel> kernel() {
    return Optional.of(new SoftcapKernel());
  }
}
