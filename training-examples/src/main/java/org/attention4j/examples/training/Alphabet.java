package org.attention4j.examples.training;

/**
 * The fixed alphabet of the character models: newline, the 95 printable ASCII characters and one
 * symbol for every other character.
 *
 * <p>Typographic quotes and dashes and the no-break space count as their plain ASCII likenesses.
 */
public final class Alphabet {
  /** The symbol of a line's end. */
  public static final byte NEWLINE = 0;

  /** The symbol of every character outside the alphabet. */
  public static final byte OTHER = 96;

  /** How many symbols there are. */
  public static final int SIZE = 97;

  private static final char FIRST_PRINTABLE = ' ';
  private static final char LAST_PRINTABLE = '~';

  private Alphabet() {}

  /**
   * Writes characters as symbols.
   *
   * @param text any text; a carriage return before a newline is dropped
   * @return one symbol for each code point
   */
  public static Text encode(String text) {
    int[] codePoints = text.replace("\r\n", "\n").codePoints().toArray();
    byte[] symbols = new byte[codePoints.length];
    for (int i = 0; i < symbols.length; i++) {
      symbols[i] = symbol(codePoints[i]);
    }
    return new Text(symbols);
  }

  /**
   * The character of a symbol.
   *
   * @param symbol any but {@link #OTHER}
   * @return the character
   */
  public static char character(int symbol) {
    return symbol == NEWLINE ? '\n' : (char) (FIRST_PRINTABLE + symbol - 1);
  }

  private static byte symbol(int codePoint) {
    int plain = plain(codePoint);
    if (plain == '\n') {
      return NEWLINE;
    }
    return plain < FIRST_PRINTABLE || plain > LAST_PRINTABLE
        ? OTHER
        : (byte) (plain - FIRST_PRINTABLE + 1);
  }

  private static int plain(int codePoint) {
    return switch (codePoint) {
      case '\u2018', '\u2019' -> '\'';
      case '\u201c', '\u201d' -> '"';
      case '\u2010', '\u2011', '\u2012', '\u2013', '\u2014' -> '-';
      case '\u00a0', '\u202f', '\t' -> ' ';
      default -> codePoint;
    };
  }
}
