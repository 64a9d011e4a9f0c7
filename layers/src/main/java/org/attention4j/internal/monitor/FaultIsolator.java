package org.attention4j.internal.monitor;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Protects training from what the monitor calls: an action that fails once is never run again, and
 * one warning says so. {@link PassingErrors} decides which errors are caught. Safe for use by
 * several threads.
 */
public final class FaultIsolator {
  private static final Logger LOG = LoggerFactory.getLogger(FaultIsolator.class);

  private final String what;
  private final AtomicBoolean failed = new AtomicBoolean();

  /**
   * Makes an isolator.
   *
   * @param what what it isolates, as the subject of a sentence
   */
  public FaultIsolator(String what) {
    this.what = what;
  }

  /**
   * Makes an isolator for a user's object, named by its kind and its toString.
   *
   * @param kind such as {@code Metric}
   * @param object the object
   * @return the isolator
   */
  public static FaultIsolator of(String kind, Object object) {
    return new FaultIsolator(kind + " " + PassingErrors.name(object));
  }

  /**
   * Runs an action, unless an earlier one failed.
   *
   * @param action the action
   * @return whether the action ran without an error
   */
  public boolean run(Runnable action) {
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

  /**
   * Runs the last action, even if an earlier one failed; a failure is only logged.
   *
   * @param action the action
   */
  public void runLast(Runnable action) {
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
