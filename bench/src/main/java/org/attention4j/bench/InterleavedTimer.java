package org.attention4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.commons.math3.stat.descriptive.rank.Median;

/**
 * Times several candidates in turns, A B A B, so that whatever else the machine does hits all
 * alike, and takes the medians.
 */
final class InterleavedTimer {
  private static final double SECOND = 1e9;
  private static final double MILLISECOND = 1e6;

  private final LongSupplier clock;
  private final Runnable pause;
  private final double turn;

  /**
   * How long to measure.
   *
   * @param seconds for all candidates together
   * @param minRounds of each candidate, even if that takes longer
   */
  record Budget(double seconds, int minRounds) {}

  /**
   * One of those that are timed.
   *
   * @param task what to run
   * @param warmUp seconds to run it before anything is measured; 0 for not at all
   */
  record Candidate(Runnable task, double warmUp) {}

  /**
   * Makes a timer.
   *
   * @param clock nanoseconds
   * @param pause called before each turn; lets the threads of the candidate before fall asleep
   * @param turn what a turn lasts at least, in seconds: runs are repeated within it
   */
  InterleavedTimer(LongSupplier clock, Runnable pause, double turn) {
    this.clock = clock;
    this.pause = pause;
    this.turn = turn;
  }

  /** Runs all candidates and returns the median time of each, in milliseconds. */
  List<Double> medians(Budget budget, List<Candidate> candidates) {
    List<List<Double>> times = new ArrayList<>();
    warmUp(candidates);
    candidates.forEach(candidate -> times.add(new ArrayList<>()));
    long start = clock.getAsLong();
    for (int round = 0; round < budget.minRounds() || seconds(start) < budget.seconds(); round++) {
      for (int i = 0; i < candidates.size(); i++) {
        pause.run();
        runFor(turn, candidates.get(i).task(), times.get(i));
      }
    }
    return times.stream().map(InterleavedTimer::median).toList();
  }

  /** Runs all candidates for as long as they need before anything is measured. */
  void warmUp(List<Candidate> candidates) {
    for (Candidate candidate : candidates) {
      if (candidate.warmUp() > 0) {
        runFor(candidate.warmUp(), candidate.task(), new ArrayList<>());
      }
    }
  }

  private void runFor(double duration, Runnable task, List<Double> times) {
    long start = clock.getAsLong();
    do {
      long before = clock.getAsLong();
      task.run();
      times.add((clock.getAsLong() - before) / MILLISECOND);
    } while (seconds(start) < duration);
  }

  private double seconds(long since) {
    return (clock.getAsLong() - since) / SECOND;
  }

  private static double median(List<Double> times) {
    return new Median().evaluate(times.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
