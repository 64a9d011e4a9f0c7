package org.attention4j.examples.training;

import org.attention4j.examples.support.BadArgument;

/**
 * What every model of a comparison has in common.
 *
 * @param context the length of a window in characters, T
 * @param steps how many batches to learn from
 * @param batch how many windows make a batch
 * @param width the size of the vector at each position
 * @param heads into how many attention heads the width is divided
 * @param seed what fixes initial weights and batches
 */
public record Settings(int context, int steps, int batch, int width, int heads, long seed) {
  /** How many transformer blocks a model has. */
  public static final int BLOCKS = 2;

  /** How much wider than the model the feed-forward layer in each block is. */
  static final int FEED_FORWARD_FACTOR = 2;

  /**
   * Checks what the command line cannot.
   *
   * @param context the length of a window in characters
   * @param steps how many batches to learn from
   * @param batch how many windows make a batch
   * @param width the size of the vector at each position
   * @param heads into how many attention heads the width is divided
   * @param seed what fixes initial weights and batches
   * @throws BadArgument if a value cannot work
   */
  public Settings {
    atLeast("--context", context, 2);
    atLeast("--steps", steps, 1);
    atLeast("--batch", batch, 1);
    atLeast("--width", width, 1);
    atLeast("--heads", heads, 1);
    if (width % heads != 0) {
      throw new BadArgument(
          "--heads is %d but must divide --width, which is %d.".formatted(heads, width));
    }
  }

  /**
   * The same with another seed.
   *
   * @param other the seed
   * @return the other settings
   */
  public Settings withSeed(long other) {
    return new Settings(context, steps, batch, width, heads, other);
  }

  private static void atLeast(String option, int value, int min) {
    if (value < min) {
      throw new BadArgument("%s is %d but must be at least %d.".formatted(option, value, min));
    }
  }
}
