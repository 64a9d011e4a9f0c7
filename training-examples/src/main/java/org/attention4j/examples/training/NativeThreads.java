package org.attention4j.examples.training;

import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/** On how many threads a model computes. */
public final class NativeThreads {
  private NativeThreads() {}

  /** The system property of the fused path. */
  private static final String FUSED_THREADS = "org.attention4j.threads";

  /**
   * Arrays this small gain nothing from a second thread in ND4J, while waiting for it on a busy
   * machine costs many times the work. On the fused path a second thread would help, but only the
   * models that happen to train alone, so that times could not be compared.
   */
  static void workOnOneThread() {
    use(1);
  }

  /**
   * Sets the threads of ND4J and of the fused path. To be called before a model computes.
   *
   * @param threads how many
   */
  public static void use(int threads) {
    Nd4j.getEnvironment().setMaxThreads(threads);
    Nd4j.factory().blas().setMaxThreads(threads);
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
    System.setProperty(FUSED_THREADS, Integer.toString(threads));
  }
}
