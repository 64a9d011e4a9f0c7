package com.example.attention;

import org.attention4j.contract.NormalizerContract;
import org.attention4j.normalizer.Normalizer;

class SoftcapTest extends NormalizerContract {
  @Override
  protected Normalizer normalizer() {
    return new Softcap(5);
  }
}
