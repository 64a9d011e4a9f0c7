package org.attention4j.monitor;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Catches the log, which slf4j-simple writes to the standard error stream. */
public final class LogCapture implements AutoCloseable {
  private final PrintStream before = System.err;
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  /** Catches from now on. */
  public LogCapture() {
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
  }

  /** How many lines have the given words in them. */
  public long lines(String words) {
    return written.toString(StandardCharsets.UTF_8).lines().filter(l -> l.contains(words)).count();
  }

  @Override
  public void close() {
    System.setErr(before);
  }
}
