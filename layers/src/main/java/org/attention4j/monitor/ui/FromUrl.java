package org.attention4j.monitor.ui;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Text that a stranger wrote into an address, made fit for a line of a log or a sentence. */
final class FromUrl {
  private static final int LONGEST = 100;

  /** Control characters, line and paragraph separators, marks that turn the direction of text. */
  private static final Pattern UNSHOWN = Pattern.compile("[\\p{Cntrl}\\p{C}\\p{Zl}\\p{Zp}]");

  private FromUrl() {}

  /** The text on one line, without what is not to be seen, and not longer than 100 characters. */
  static String shown(@Nullable String text) {
    String whole = text == null ? "" : text;
    String cut = whole.length() <= LONGEST ? whole : whole.substring(0, LONGEST) + "…";
    return UNSHOWN.matcher(cut).replaceAll("?");
  }
}
