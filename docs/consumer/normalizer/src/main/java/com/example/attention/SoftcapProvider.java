package com.example.attention;

import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerOptions;
import org.attention4j.normalizer.NormalizerProvider;

public final class SoftcapProvider implements NormalizerProvider {
  @Override
  public String type() {
    return Softcap.TYPE;
  }

  @Override
  public Normalizer create(NormalizerOptions options) {
    return new Softcap(options.number("cap", 50));
  }
}
