package org.attention4j.internal.monitor;

import java.io.PrintWriter;
import java.io.Writer;
import org.slf4j.Logger;

/**
 * Decides which errors of a user's callback may end training. Callbacks are reporters, metrics,
 * alarm rules and actions, and schedules; all of them run in a {@link FaultIsolator}, which asks
 * here.
 *
 * <p>An error passes if it means that the thread or the JVM must end: {@link ThreadDeath}, and a
 * {@link VirtualMachineError} that no user code can cause. User code can cause three of these,
 * which are caught: {@link StackOverflowError} by a recursion; {@link OutOfMemoryError} by one
 * large array, whose memory is free when the callback has ended; {@link InternalError}, which
 * libraries throw for faults of their own. Everything else is caught, also checked exceptions,
 * which other languages throw undeclared.
 */
public final class PassingErrors {
  private PassingErrors() {}

  /**
   * Rethrows an error that may end training; otherwise keeps the interrupted state of the thread.
   */
  static void rethrowIfPassing(Throwable error) {
    if (passes(error)) {
      throw (Error) error;
    }
    if (error instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Whether an error may end training.
   *
   * @param error any error
   * @return true if it must not be caught
   */
  @SuppressWarnings("removal") // until it is removed, a thread can be stopped by it
  public static boolean passes(Throwable error) {
    if (error instanceof VirtualMachineError) {
      return !(error instanceof StackOverflowError
          || error instanceof OutOfMemoryError
          || error instanceof InternalError);
    }
    return error instanceof ThreadDeath;
  }

  /** Writes a warning, even if printing the error fails. */
  static void warn(Logger log, String sentence, Throwable error) {
    if (isPrintable(error)) {
      log.warn("{}", sentence, error);
    } else {
      log.warn("{} The cause is a {}.", sentence, error.getClass().getName());
    }
  }

  /** Tried first, because a log could have written half of it before it fails. */
  private static boolean isPrintable(Throwable error) {
    try (PrintWriter nowhere = new PrintWriter(Writer.nullWriter())) {
      error.printStackTrace(nowhere);
      return true;
    } catch (Throwable unprintable) {
      rethrowIfPassing(unprintable);
      return false;
    }
  }

  /**
   * The name of a user's object for a message, even if its toString fails.
   *
   * @param object the object
   * @return its toString, or the name of its class
   */
  public static String name(Object object) {
    try {
      return String.valueOf(object);
    } catch (Throwable unprintable) {
      rethrowIfPassing(unprintable);
      return object.getClass().getName();
    }
  }
}
