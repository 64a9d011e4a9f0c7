package org.attention4j.examples.support;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Tells texts apart in the names of files. */
public final class Digest {
  private static final int DIGITS = 6;

  private Digest() {}

  /**
   * A few hexadecimal digits that stand for a text.
   *
   * @param text any text
   * @return the same digits for the same text
   */
  public static String of(String text) {
    return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8))
        .toString()
        .substring(0, DIGITS);
  }
}
