package org.attention4j.examples.report;

import java.awt.Color;
import java.util.List;

/**
 * The colours of a picture, with curves that remain distinct to colour-blind readers.
 *
 * @param paperColor behind everything, as #rrggbb
 * @param textColor of all letters
 * @param gridColor of lines that should hardly be seen
 * @param curveColors one after the other; curves beyond them are dashed
 * @see <a href="https://jfly.uni-koeln.de/color/">Okabe and Ito, Color Universal Design</a>
 */
public record Theme(
    String paperColor, String textColor, String gridColor, List<String> curveColors) {
  /** For white paper. */
  public static final Theme LIGHT =
      new Theme(
          "#ffffff",
          "#1c2128",
          "#e3e3e3",
          List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#333333"));

  /** The same hues, lighter, for a dark page. */
  public static final Theme DARK =
      new Theme(
          "#1d2229",
          "#e6e9ee",
          "#343b45",
          List.of("#4aa8e0", "#ff8a3d", "#2fc998", "#e3a1c6", "#f2b937", "#9ad4f7", "#dddddd"));

  /**
   * Copies the colours.
   *
   * @param paperColor behind everything
   * @param textColor of all letters
   * @param gridColor of lines that should hardly be seen
   * @param curveColors one after the other
   */
  public Theme {
    curveColors = List.copyOf(curveColors);
  }

  /**
   * What is behind everything.
   *
   * @return the colour
   */
  public Color paper() {
    return Color.decode(paperColor);
  }

  /**
   * Of all letters.
   *
   * @return the colour
   */
  public Color text() {
    return Color.decode(textColor);
  }

  /**
   * Of lines that should hardly be seen.
   *
   * @return the colour
   */
  public Color grid() {
    return Color.decode(gridColor);
  }

  /**
   * The colour of a curve.
   *
   * @param index the curve, from 0
   * @return as #rrggbb
   */
  public String curve(int index) {
    return curveColors.get(index(index));
  }

  /** Which of the colours a curve has. */
  int index(int curve) {
    return curve % curveColors.size();
  }

  /**
   * Whether a curve is dashed, since its colour is taken already.
   *
   * @param index the curve, from 0
   * @return whether it is
   */
  public boolean isDashed(int index) {
    return index / curveColors.size() % 2 == 1;
  }
}
