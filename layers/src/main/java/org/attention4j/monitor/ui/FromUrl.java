package org.attention4j.monitor.ui;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes text from a URL safe for a line of a log and a sentence. */
final class FromUrl {
  private static final int MAX_LENGTH = 100;

  /** Control characters, line and paragraph separators, marks that change the direction of text. */
  private static final Pattern UNSHOWN = Pattern.compile("[\\p{Cntrl}\\p{C}\\p{Zl}\\p{Zp}]");

  private FromUrl() {}

  /** The text on one line, without invisible characters, and at most 100 characters long. */
  static String shown(@Nullable String text) {
    String whole = text == null ? "" : text;
    String cut = whole.length() <= MAX_LENGTH ? whole : whole.substring(0, MAX_LENGTH) + "…";
    return UNSHOWN.matcher(cut).replaceAll("?");
  }
}
