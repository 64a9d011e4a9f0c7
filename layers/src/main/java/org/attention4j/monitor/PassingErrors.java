package org.attention4j.monitor;

import java.io.PrintWriter;
import java.io.Writer;
import org.slf4j.Logger;

/**
 * The one place that decides which errors of a user's callback may end training: a reporter, a
 * metric, an alarm rule or action, a schedule. All callbacks run behind a {@link FaultIsolator},
 * which asks here.
 *
 * <p>What passes says that the thread or the JVM is to end: {@link ThreadDeath}, and a {@link
 * VirtualMachineError} that no code of a user can bring about. Of these, three can be brought about
 * and are caught: {@link StackOverflowError} by a recursion, {@link OutOfMemoryError} by one large
 * array, whose memory is free again once the callback has ended, and {@link InternalError}, which
 * libraries throw for faults of their own. All else is caught, checked exceptions included: other
 * languages throw them undeclared.
 */
final class PassingErrors {
  private PassingErrors() {}

  /** Throws the error again if it may end training; remembers an interrupt otherwise. */
  static void rethrowIfPassing(Throwable error) {
    if (passes(error)) {
      throw (Error) error;
    }
    if (error instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
  }

  @SuppressWarnings("removal") // until it is removed, a thread can be stopped by it
  static boolean passes(Throwable error) {
    if (error instanceof VirtualMachineError) {
      return !(error instanceof StackOverflowError
          || error instanceof OutOfMemoryError
          || error instanceof InternalError);
    }
    return error instanceof ThreadDeath;
  }

  /** Writes a warning, even if the error's own methods fail when it is printed. */
  static void warn(Logger log, String sentence, Throwable error) {
    if (isPrintable(error)) {
      log.warn("{}", sentence, error);
    } else {
      log.warn("{} The cause is a {}.", sentence, error.getClass().getName());
    }
  }

  /** Tried before, since a log may have written half of it when it fails. */
  private static boolean isPrintable(Throwable error) {
    try (PrintWriter nowhere = new PrintWriter(Writer.nullWriter())) {
      error.printStackTrace(nowhere);
      return true;
    } catch (Throwable unprintable) {
      rethrowIfPassing(unprintable);
      return false;
    }
  }

  /** The name of a user's object for a message, even if its toString fails. */
  static String name(Object object) {
    try {
      return String.valueOf(object);
    } catch (Throwable unprintable) {
      rethrowIfPassing(unprintable);
      return object.getClass().getName();
    }
  }
}
