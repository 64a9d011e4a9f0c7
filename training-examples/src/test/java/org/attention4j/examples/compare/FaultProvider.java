package org.attention4j.examples.compare;

import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerContext;
import org.attention4j.normalizer.NormalizerOptions;
import org.attention4j.normalizer.NormalizerProvider;
import org.attention4j.normalizer.Normalizers;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** Softmax that goes wrong when a test wants it to. */
public final class FaultProvider implements NormalizerProvider {
  private static final String TYPE = "fault-for-test";

  /** What goes wrong. */
  enum Fault {
    NONE,
    THROW,
    NAN
  }

  static volatile Fault fault = Fault.NONE;

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Normalizer create(NormalizerOptions options) {
    return new Faulty();
  }

  private record Faulty() implements Normalizer {
    @Override
    public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
      if (fault == Fault.THROW) {
        throw new IllegalStateException("The cat is on the keyboard");
      }
      SDVariable weights = Normalizers.softmax().normalize(sd, scores, context);
      return fault == Fault.NAN ? weights.mul(Double.NaN) : weights;
    }

    @Override
    public String type() {
      return TYPE;
    }
  }
}
