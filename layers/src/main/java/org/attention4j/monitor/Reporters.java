package org.attention4j.monitor;

import java.nio.file.Path;

/** The reporters of this library. */
public final class Reporters {
  private Reporters() {}

  /**
   * Writes one line a layer to the log, at level INFO, with each metric's values of all heads.
   *
   * @return the reporter
   */
  public static Reporter log() {
    return new LogReporter();
  }

  /**
   * Appends one JSON object a line for each record: {@code
   * {"iteration":50,"epoch":0,"layer":"att1", "head":2,"metrics":{"entropy":1.25}}}. A metric
   * without a value is absent, a value that is NaN or infinite is {@code null}. UTF-8; each report
   * is on disk when it returns.
   *
   * @param file the file; made if absent, continued otherwise
   * @return the reporter
   * @throws java.io.UncheckedIOException if the file cannot be opened
   */
  public static Reporter jsonLines(Path file) {
    return new JsonLinesReporter(file);
  }

  /**
   * Keeps records in memory.
   *
   * @param capacity how many records to keep, at least 1; the oldest go first
   * @return the reporter
   * @throws IllegalArgumentException if the capacity is not positive
   */
  public static History history(int capacity) {
    return new History(capacity);
  }

  /**
   * Shields training from a reporter: after its first failure it is closed, never called again, and
   * one warning says so.
   *
   * @param reporter any reporter
   * @return one that never throws
   */
  public static Reporter guarded(Reporter reporter) {
    return new GuardedReporter(reporter);
  }
}
