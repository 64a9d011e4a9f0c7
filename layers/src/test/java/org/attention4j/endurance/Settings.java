package org.attention4j.endurance;

/** How long the tests run, by system properties. */
final class Settings {
  private Settings() {}

  /** Prints what was measured, which a reader of a long run wants to see even if it passes. */
  static void report(String line) {
    System.out.println(line);
  }

  /** Calls of {@code fit} on each path: {@code attention4j.endurance.iterations}. */
  static int iterations() {
    return Integer.getInteger("attention4j.endurance.iterations", 10_000);
  }

  /** Seconds of inference: {@code attention4j.endurance.seconds}. */
  static int seconds() {
    return Integer.getInteger("attention4j.endurance.seconds", 120);
  }

  /** Interrupted trainings: {@code attention4j.endurance.interruptions}. */
  static int interruptions() {
    return Integer.getInteger("attention4j.endurance.interruptions", 60);
  }
}
