package org.attention4j.monitor;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shields training from what watches it: what fails once is never run again, and one warning says
 * so. Which errors are caught, {@link PassingErrors} decides. Safe for use by several threads.
 */
final class FaultIsolator {
  private static final Logger LOG = LoggerFactory.getLogger(FaultIsolator.class);

  private final String what;
  private final AtomicBoolean failed = new AtomicBoolean();

  /**
   * Makes a guard.
   *
   * @param what stands behind it, as the subject of a sentence
   */
  FaultIsolator(String what) {
    this.what = what;
  }

  /** Makes a guard of a user's object, which is named after its kind and by its toString. */
  static FaultIsolator of(String kind, Object object) {
    return new FaultIsolator(kind + " " + PassingErrors.name(object));
  }

  /**
   * Runs an action unless an earlier one failed.
   *
   * @return whether it ran to its end
   */
  boolean run(Runnable action) {
    if (failed.get()) {
      return false;
    }
    try {
      action.run();
      return true;
    } catch (Throwable e) {
      PassingErrors.rethrowIfPassing(e);
      if (failed.compareAndSet(false, true)) {
        PassingErrors.warn(LOG, what + " failed and is switched off; training goes on.", e);
      }
      return false;
    }
  }

  /** Runs the last action, whether or not an earlier one failed; a failure is only for the log. */
  void runLast(Runnable action) {
    try {
      action.run();
    } catch (Throwable e) {
      PassingErrors.rethrowIfPassing(e);
      if (failed.compareAndSet(false, true)) {
        PassingErrors.warn(LOG, what + " could not be closed.", e);
      }
    }
  }
}
