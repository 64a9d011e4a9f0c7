package org.attention4j.examples;

import java.util.List;

/**
 * Colours that remain distinct to colour-blind readers.
 *
 * @see <a href="https://jfly.uni-koeln.de/color/">Okabe and Ito, Color Universal Design</a>
 */
final class Palette {
  private static final List<String> LIGHT =
      List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#333333");

  /** The same hues, lighter where the page is dark. */
  private static final List<String> DARK =
      List.of("#4aa8e0", "#ff8a3d", "#2fc998", "#e3a1c6", "#f2b937", "#9ad4f7", "#dddddd");

  private Palette() {}

  /** The colour of a curve on white, as #rrggbb. */
  static String onLight(int curve) {
    return LIGHT.get(curve % LIGHT.size());
  }

  /** The colour of a curve on a dark page, as #rrggbb. */
  static String onDark(int curve) {
    return DARK.get(curve % DARK.size());
  }

  /** Whether a curve is dashed, since its colour is taken already. */
  static boolean isDashed(int curve) {
    return curve / LIGHT.size() % 2 == 1;
  }
}
