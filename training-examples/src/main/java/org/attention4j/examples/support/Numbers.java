package org.attention4j.examples.support;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Locale;

/** Reads and writes decimal numbers, the same in every locale. */
public final class Numbers {
  /** No number of type double has more digits, and reading takes the square of their count. */
  private static final int MAX_LENGTH = 1100;

  private Numbers() {}

  /**
   * Reads a finite decimal number.
   *
   * @param text the digits
   * @param subject what the number is, to begin the sentence about a bad one
   * @return the number
   * @throws BadArgument if the text is no such number
   */
  static double parse(String text, String subject) {
    String digits = text.strip();
    if (digits.length() > MAX_LENGTH) {
      throw new BadArgument(
          "%s is '%s' but a number may have at most %d characters."
              .formatted(subject, Sentences.brief(digits), MAX_LENGTH));
    }
    try {
      double value = new BigDecimal(digits).doubleValue();
      if (Double.isFinite(value)) {
        return value;
      }
      throw new BadArgument(
          "%s is %s, which is too large.".formatted(subject, Sentences.brief(digits)));
    } catch (NumberFormatException e) {
      throw new BadArgument(
          "%s is '%s', not a number.".formatted(subject, Sentences.brief(digits)), e);
    }
  }

  /**
   * Reads a row of numbers separated by commas.
   *
   * @param text the numbers
   * @param option the option they belong to
   * @param nullAllowed whether {@code null} may stand for NaN
   * @return the numbers
   * @throws BadArgument if one of them is not a finite number
   */
  public static double[] parseRow(String text, String option, boolean nullAllowed) {
    return Arrays.stream(text.split(",", -1))
        .mapToDouble(
            part ->
                nullAllowed && part.strip().equals("null")
                    ? Double.NaN
                    : parse(part, "A value in " + option))
        .toArray();
  }

  /**
   * Writes a number with as few digits as tell it from its neighbours.
   *
   * @param value the number
   * @return its digits, without an exponent
   */
  public static String plain(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  /**
   * Writes a number with a fixed count of significant digits, with an exponent where shorter.
   *
   * @param value the number
   * @param digits how many significant digits
   * @return the number; a dash for NaN
   */
  public static String brief(double value, int digits) {
    return Double.isNaN(value)
        ? "\u2013"
        : Double.isInfinite(value)
            ? "\u221e"
            : new BigDecimal(value).round(new MathContext(digits)).toString();
  }

  /**
   * Writes a number with a fixed count of decimals.
   *
   * @param value the number
   * @param decimals how many decimals
   * @return the number
   */
  public static String fixed(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /**
   * Writes a count and what is counted, such as {@code 1 seed} or {@code 3 seeds}.
   *
   * @param count how many
   * @param one what is counted, in the singular
   * @return both
   */
  public static String count(long count, String one) {
    return count == 1 ? "1 " + one : count + " " + one + "s";
  }

  /**
   * Writes a number with its sign and a fixed count of decimals.
   *
   * @param value the number
   * @param decimals how many decimals
   * @return the number
   */
  public static String signed(double value, int decimals) {
    return String.format(Locale.ROOT, "%+." + decimals + "f", value);
  }

  /**
   * Writes a number with a count of significant digits.
   *
   * @param value the number
   * @param digits how many significant digits
   * @return the number, without an exponent
   */
  public static String significant(double value, int digits) {
    return value == 0 || !Double.isFinite(value)
        ? Double.toString(value)
        : new BigDecimal(value).round(new MathContext(digits)).toPlainString();
  }
}
