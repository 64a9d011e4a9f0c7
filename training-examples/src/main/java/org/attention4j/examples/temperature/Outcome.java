package org.attention4j.examples.temperature;

import java.util.List;
import java.util.Locale;

/** How a training ended; the one definition of it. */
enum Outcome {
  /** It stayed bounded, and the model has learned what it was to learn. */
  TRAINS,

  /** It stayed bounded, but the model has not learned. */
  STALLED,

  /** A loss was not finite, or above {@link #DIVERGED_FACTOR} times the first one. */
  DIVERGED;

  /**
   * So many times the first loss, no noise of a batch reaches: a model that has learned nothing
   * stays at the first loss.
   */
  static final double DIVERGED_FACTOR = 3;

  /** Whether a loss ends a training. */
  static boolean isDiverged(double loss, double first) {
    return !Double.isFinite(loss) || loss > DIVERGED_FACTOR * first;
  }

  /**
   * Judges a training.
   *
   * @param losses those of its batches, at least one
   * @param held the loss after training, of data that it did not see
   * @param limit the loss below which something has been learned
   * @return its outcome
   */
  static Outcome of(List<Double> losses, double held, double limit) {
    double first = losses.get(0);
    if (losses.stream().anyMatch(loss -> isDiverged(loss, first))) {
      return DIVERGED;
    }
    return held < limit ? TRAINS : STALLED;
  }

  /** Whether nothing came of the training. */
  boolean isFailure() {
    return this != TRAINS;
  }

  /** What stands in files and tables. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
