package org.attention4j.examples.pretrained;

/** How the parameters of a normalizer alone are trained. */
final class Tuning {
  /** Of Adam. These parameters are few and start near 1, so steps may be large. */
  static final double LEARNING_RATE = 0.02;

  /** Windows or sentences of a step. */
  static final int BATCH = 8;

  private Tuning() {}
}
