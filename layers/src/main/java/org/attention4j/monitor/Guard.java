package org.attention4j.monitor;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shields training from what watches it: what fails once is never run again, and one warning says
 * so. Safe for use by several threads.
 */
final class Guard {
  private static final Logger LOG = LoggerFactory.getLogger(Guard.class);

  private final String what;
  private final AtomicBoolean failed = new AtomicBoolean();

  /**
   * Makes a guard.
   *
   * @param what stands behind it, as the subject of a sentence
   */
  Guard(String what) {
    this.what = what;
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
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
      if (failed.compareAndSet(false, true)) {
        LOG.warn("{} failed and is switched off; training goes on.", what, e);
      }
      return false;
    }
  }

  /** Runs an action of which nobody needs to know whether it failed. */
  static void runQuietly(String what, Runnable action) {
    try {
      action.run();
    } catch (RuntimeException | LinkageError e) {
      LOG.debug("{} failed.", what, e);
    }
  }
}
