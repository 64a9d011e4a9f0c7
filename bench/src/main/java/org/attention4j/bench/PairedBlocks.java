package org.attention4j.bench;

import java.util.function.LongSupplier;

/**
 * Measures blocks of steps in pairs, one without and one with what is to be measured. Which of the
 * two comes first alternates, so that neither profits from its place.
 */
final class PairedBlocks {
  private final LongSupplier wallClock;
  private final LongSupplier processorClock;
  private final Runnable pause;

  /**
   * What the steps cost with it, compared to those without.
   *
   * @param wall elapsed time
   * @param processor time of all processors, the collector's and the compiler's threads included
   */
  record Cost(CostRatio wall, CostRatio processor) {}

  /**
   * Makes it.
   *
   * @param wallClock nanoseconds that elapsed
   * @param processorClock nanoseconds that the process has had of all processors
   * @param pause called before each block; lets the threads of the block before fall asleep
   */
  PairedBlocks(LongSupplier wallClock, LongSupplier processorClock, Runnable pause) {
    this.wallClock = wallClock;
    this.processorClock = processorClock;
    this.pause = pause;
  }

  /**
   * Measures.
   *
   * @param without one step without
   * @param with one step with it
   * @param steps the steps of a block
   * @param pairs how many pairs of blocks, at least 2
   */
  Cost measure(Runnable without, Runnable with, int steps, int pairs) {
    double[][] wall = new double[2][pairs];
    double[][] processor = new double[2][pairs];
    Runnable[] tasks = {without, with};
    for (int pair = 0; pair < pairs; pair++) {
      for (int turn = 0; turn < 2; turn++) {
        int which = (pair + turn) % 2;
        pause.run();
        long processorBefore = processorClock.getAsLong();
        long before = wallClock.getAsLong();
        for (int step = 0; step < steps; step++) {
          tasks[which].run();
        }
        wall[which][pair] = wallClock.getAsLong() - before;
        processor[which][pair] = processorClock.getAsLong() - processorBefore;
      }
    }
    return new Cost(CostRatio.of(wall[0], wall[1]), CostRatio.of(processor[0], processor[1]));
  }
}
