package org.attention4j.pretrained;

import java.io.IOException;

/**
 * A file of a published model is damaged, or of a kind that cannot be loaded. The message is one
 * sentence that names the file, what is wrong in it and what would be right.
 */
public final class ModelFileException extends IOException {
  private static final long serialVersionUID = 1;

  /** How much of a text from a file a message shows. */
  private static final int SHOWN = 80;

  private static final int FIRST_PRINTABLE = 0x20;
  private static final int DELETE = 0x7f;

  /**
   * Says what is wrong.
   *
   * @param message one sentence
   */
  public ModelFileException(String message) {
    super(message);
  }

  /**
   * Says what something is and what it must be.
   *
   * @param file the file
   * @param subject what is wrong in it
   * @param value what it is
   * @param expected what it must be
   */
  static ModelFileException of(String file, String subject, Object value, String expected) {
    return new ModelFileException(
        "%s: %s is %s but must be %s.".formatted(file, subject, value, expected));
  }

  /** A text from a file in quotes: at most 80 characters, in one line. */
  static String quoted(String text) {
    String start = text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    StringBuilder shown = new StringBuilder("'");
    start.codePoints().map(c -> isPrintable(c) ? c : '?').forEach(shown::appendCodePoint);
    return shown.append('\'').toString();
  }

  private static boolean isPrintable(int character) {
    return character >= FIRST_PRINTABLE
        && character != DELETE
        && Character.isDefined(character)
        && !Character.isISOControl(character)
        && Character.getType(character) != Character.SURROGATE
        && Character.getType(character) != Character.LINE_SEPARATOR
        && Character.getType(character) != Character.PARAGRAPH_SEPARATOR;
  }
}
