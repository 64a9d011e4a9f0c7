package org.attention4j.examples.support;

import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns what was thrown into one line for a person. */
public final class Sentences {
  /** So many characters of what a user wrote are repeated to him. */
  public static final int MAX_REPEATED = 100;

  /** The longest sentence; one that names all normalizers or settings needs some hundreds. */
  private static final int MAX_LENGTH = 900;

  /** The end of a sentence says what would be right. */
  private static final int MAX_END_LENGTH = 300;

  private static final Pattern LONG_QUOTATION = Pattern.compile("'[^']{141,}'");
  private static final Pattern LONG_WORD = Pattern.compile("\\S{161,}");

  private Sentences() {}

  /**
   * Describes a failure.
   *
   * @param failure what was thrown
   * @return one sentence on one line, ending with a full stop
   */
  public static String about(Throwable failure) {
    if (failure instanceof OutOfMemoryError) {
      return "Not enough memory; a smaller --context, --batch or --width needs less.";
    }
    if (failure instanceof StackOverflowError) {
      return "Something is nested too deeply.";
    }
    String message = failure.getMessage();
    if (message == null || message.isBlank()) {
      return "Failed with %s.".formatted(failure.getClass().getSimpleName());
    }
    return line(message);
  }

  /**
   * Makes a message one line that repeats little of what a user wrote.
   *
   * @param message words, perhaps of a library
   * @return one line, ending with a full stop
   */
  public static String line(String message) {
    String line = message.strip().replaceAll("\\s*\\R\\s*", " ").replaceAll("\\p{Cntrl}", " ");
    line = LONG_QUOTATION.matcher(line).replaceAll(Sentences::shortened);
    line = LONG_WORD.matcher(line).replaceAll(Sentences::shortened);
    if (line.length() > MAX_LENGTH) {
      line =
          line.substring(0, MAX_LENGTH - MAX_END_LENGTH)
              + " \u2026 "
              + line.substring(line.length() - MAX_END_LENGTH);
    }
    return line.endsWith(".") ? line : line + ".";
  }

  /**
   * What a user wrote, to be repeated to him.
   *
   * @param text of any length
   * @return the text, or its first characters and how many there are
   */
  public static String brief(String text) {
    if (text.length() <= MAX_REPEATED) {
      return text;
    }
    int end =
        Character.isHighSurrogate(text.charAt(MAX_REPEATED - 1)) ? MAX_REPEATED - 1 : MAX_REPEATED;
    return "%s\u2026 (%d characters)".formatted(text.substring(0, end), text.length());
  }

  private static String shortened(MatchResult match) {
    String text = match.group();
    boolean quoted = text.startsWith("'") && text.endsWith("'");
    String inner = quoted ? text.substring(1, text.length() - 1) : text;
    String shown = quoted ? "'" + brief(inner) + "'" : brief(inner);
    return Matcher.quoteReplacement(shown);
  }
}
