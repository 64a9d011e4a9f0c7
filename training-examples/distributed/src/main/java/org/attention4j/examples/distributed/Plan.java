package org.attention4j.examples.distributed;

import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.training.Settings;

/**
 * How a training is divided among workers.
 *
 * @param workers W, how many train at the same time
 * @param averageEvery f, how many batches each trains in a round
 * @param batch how many windows a batch has
 * @param monitorEvery a worker's iterations from one snapshot of the monitor to the next; 0 for
 *     none
 */
record Plan(int workers, int averageEvery, int batch, int monitorEvery) {
  /**
   * Checks what the command line cannot.
   *
   * @throws BadArgument if a value cannot work
   */
  Plan {
    atLeastOne("--workers", workers);
    atLeastOne("--average-every", averageEvery);
    if (monitorEvery < 0) {
      throw new BadArgument(
          "--monitor-every is %d but must be at least 0.".formatted(monitorEvery));
    }
  }

  private static void atLeastOne(String option, int value) {
    if (value < 1) {
      throw new BadArgument("%s is %d but must be at least 1.".formatted(option, value));
    }
  }

  /** How many batches a round takes. */
  int batchesPerRound() {
    return Math.multiplyExact(workers, averageEvery);
  }

  /**
   * How many rounds some batches fill.
   *
   * @param batches how many there are
   * @return at least 1
   * @throws BadArgument if they do not fill one
   */
  int rounds(int batches) {
    if (batches < batchesPerRound()) {
      throw new BadArgument(
          "--steps is %d but a round of %d workers with --average-every %d takes %d batches."
              .formatted(batches, workers, averageEvery, batchesPerRound()));
    }
    return batches / batchesPerRound();
  }

  /**
   * How many batches are used.
   *
   * @param batches how many there are
   */
  int used(int batches) {
    return rounds(batches) * batchesPerRound();
  }

  /**
   * The settings of each worker's network, whose learning rate rises and falls over the worker's
   * own iterations.
   *
   * @param all the settings whose steps all workers share
   */
  Settings ofWorker(Settings all) {
    return withSteps(all, rounds(all.steps()) * averageEvery);
  }

  /** The same with another number of steps. */
  static Settings withSteps(Settings settings, int steps) {
    return new Settings(
        settings.context(),
        steps,
        settings.batch(),
        settings.width(),
        settings.heads(),
        settings.seed());
  }
}
