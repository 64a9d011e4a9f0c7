package org.attention4j.examples.support;

/** Does something if the program is asked to end, as by Ctrl-C, before this is closed. */
public final class Interruption implements AutoCloseable {
  private final Thread farewell;

  /**
   * Begins.
   *
   * @param farewell what is done then; must not take long
   */
  public Interruption(Runnable farewell) {
    this.farewell = new Thread(farewell, "farewell");
    Runtime.getRuntime().addShutdownHook(this.farewell);
  }

  /** Takes a hook off, unless it runs already. */
  static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is about to end: the hook does its work.
    }
  }

  @Override
  public void close() {
    remove(farewell);
  }
}
