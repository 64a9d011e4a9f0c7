package org.attention4j.examples.report;

import java.util.Locale;

/**
 * Running text.
 *
 * @param text the words
 * @param tone how much they stand out
 */
public record Paragraph(String text, Tone tone) implements Block {
  /** How much a paragraph stands out. */
  public enum Tone {
    /** For ordinary text. */
    PLAIN,
    /** For remarks beside a table or picture. */
    FAINT,
    /** For what the reader is to take away. */
    FINDING;

    /** The name of its style. */
    String style() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Ordinary text.
   *
   * @param text the words
   * @return the paragraph
   */
  public static Paragraph of(String text) {
    return new Paragraph(text, Tone.PLAIN);
  }

  /**
   * A remark.
   *
   * @param text the words
   * @return the paragraph
   */
  public static Paragraph remark(String text) {
    return new Paragraph(text, Tone.FAINT);
  }

  /**
   * What the reader is to take away.
   *
   * @param text the words
   * @return the paragraph
   */
  public static Paragraph finding(String text) {
    return new Paragraph(text, Tone.FINDING);
  }
}
