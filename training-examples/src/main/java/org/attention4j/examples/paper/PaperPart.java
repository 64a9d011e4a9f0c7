package org.attention4j.examples.paper;

import java.util.List;
import org.attention4j.limits.HeadAtN;
import org.jspecify.annotations.Nullable;

/**
 * A part of the work, which is kept as soon as it is finished: rows of one window, or one
 * restriction.
 *
 * @param window what was measured of a window; null for a restriction
 * @param restriction what a restriction costs; null for a window
 */
record PaperPart(@Nullable OfWindow window, @Nullable OfRestriction restriction) {
  /**
   * All heads on one window.
   *
   * @param length L
   * @param leftOut how many heads were left out, since no query sees all L keys
   * @param heads each head at each N
   * @param sensitivities of all heads; empty but at the longest L
   */
  record OfWindow(int length, int leftOut, List<HeadAtN> heads, List<Steepness> sensitivities) {}

  /**
   * Gradient sensitivity of a head, the mean over rows.
   *
   * @param layer the layer
   * @param head the head
   * @param rows how many rows
   * @param temperature T
   * @param epsilon ε
   * @param g the sensitivity
   */
  record Steepness(
      String layer, int head, int rows, double temperature, double epsilon, double g) {}

  /**
   * A network whose heads read N keys.
   *
   * @param count N; 0 for the network as it is
   * @param renormalised whether weights are divided by their sum
   * @param losses the mean loss of a window at each L; empty without labels
   * @param changes how far the output is from that of the network as it is, relative to its norm,
   *     at each L, the mean over windows; empty with labels
   */
  record OfRestriction(int count, boolean renormalised, double[] losses, double[] changes) {}
}
