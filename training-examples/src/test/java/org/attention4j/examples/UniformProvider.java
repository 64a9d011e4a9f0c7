package org.attention4j.examples;

import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerContext;
import org.attention4j.normalizer.NormalizerOptions;
import org.attention4j.normalizer.NormalizerProvider;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** A stranger's normalizer, which has no row kernel: the same weight for every visible key. */
public final class UniformProvider implements NormalizerProvider {
  private static final String TYPE = "uniform-for-test";

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Normalizer create(NormalizerOptions options) {
    return new Uniform();
  }

  private record Uniform() implements Normalizer {
    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      return context.zeroMasked(sd.onesLike(scores)).div(context.visibleCount());
    }

    @Override
    public String type() {
      return TYPE;
    }
  }
}
