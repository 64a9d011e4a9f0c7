package org.attention4j.examples.training;

import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/** How ND4J's native library works here. */
final class NativeThreads {
  private NativeThreads() {}

  /**
   * Arrays this small gain nothing from a second thread, while waiting for it on a busy machine
   * costs many times the work.
   */
  static void workOnOneThread() {
    Nd4j.getEnvironment().setMaxThreads(1);
    Nd4j.factory().blas().setMaxThreads(1);
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
  }
}
