package org.attention4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.commons.math3.stat.descriptive.rank.Median;
import org.attention4j.bench.compare.Peer;

/**
 * Times several sides in turns, A B A B, so that whatever else the machine does hits all alike, and
 * takes the medians.
 */
final class Contest {
  private static final double SECOND = 1e9;
  private static final double MILLISECOND = 1e6;

  private final LongSupplier clock;
  private final Runnable pause;
  private final double turn;

  /**
   * How long to measure.
   *
   * @param seconds for all sides together
   * @param fewestTurns of each side, even if that takes longer
   */
  record Effort(double seconds, int fewestTurns) {}

  /**
   * One of those that are timed.
   *
   * @param peer what to run
   * @param warmUp seconds to run it before anything is measured; 0 for not at all
   */
  record Side(Peer peer, double warmUp) {}

  /**
   * Makes a contest.
   *
   * @param clock nanoseconds
   * @param pause called before each turn; lets the threads of the side before fall asleep
   * @param turn what a turn lasts at least, in seconds: runs are repeated within it
   */
  Contest(LongSupplier clock, Runnable pause, double turn) {
    this.clock = clock;
    this.pause = pause;
    this.turn = turn;
  }

  /** Runs all sides and returns the median time of each, in milliseconds. */
  List<Double> medians(Effort effort, List<Side> sides) {
    List<List<Double>> times = new ArrayList<>();
    warmUp(sides);
    sides.forEach(side -> times.add(new ArrayList<>()));
    long start = clock.getAsLong();
    for (int round = 0;
        round < effort.fewestTurns() || seconds(start) < effort.seconds();
        round++) {
      for (int i = 0; i < sides.size(); i++) {
        pause.run();
        runFor(turn, sides.get(i).peer(), times.get(i));
      }
    }
    return times.stream().map(Contest::median).toList();
  }

  /** Runs all sides for as long as they need before anything is measured. */
  void warmUp(List<Side> sides) {
    for (Side side : sides) {
      if (side.warmUp() > 0) {
        runFor(side.warmUp(), side.peer(), new ArrayList<>());
      }
    }
  }

  private void runFor(double duration, Peer peer, List<Double> times) {
    long start = clock.getAsLong();
    do {
      long before = clock.getAsLong();
      peer.run();
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
