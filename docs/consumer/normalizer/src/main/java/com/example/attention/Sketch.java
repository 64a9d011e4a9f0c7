package com.example.attention;

import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.nd4j.autodiff.samediff.SDVariable;

public final class Sketch {
  public static final Normalizer SOFTCAP =
      (sd, scores, context) -> {
        SDVariable capped = sd.math.tanh(context.zeroMasked(scores).div(50)).mul(50);
        return Normalizers.softmax().normalize(sd, context.fillMasked(capped), context);
      };

  private Sketch() {}
}
