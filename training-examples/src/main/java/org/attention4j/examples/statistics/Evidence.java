package org.attention4j.examples.statistics;

import java.util.Optional;

/** Whether a study has seeds enough for a verdict; every command asks here. */
public final class Evidence {
  /** Two numbers hardly tell how far numbers scatter. */
  public static final int MIN_SEEDS = 3;

  private Evidence() {}

  /**
   * What a verdict on seeds would need.
   *
   * @param seeds how many there are
   * @return a sentence; empty if there are enough
   */
  public static Optional<String> seeds(int seeds) {
    return seeds < MIN_SEEDS
        ? Optional.of(
            "differences can be told from the noise of the seeds with at least %d seeds, and there %s; --seeds 1,2,3 names three"
                .formatted(MIN_SEEDS, seeds == 1 ? "is 1" : "are " + seeds))
        : Optional.empty();
  }
}
