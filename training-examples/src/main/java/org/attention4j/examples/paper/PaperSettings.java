package org.attention4j.examples.paper;

import java.util.Arrays;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.attention4j.monitor.metrics.Geometry;

/**
 * What is measured how.
 *
 * @param lengths each L, ascending
 * @param windows how many windows of text
 * @param rows how many queries of each window, where several see all keys
 * @param draws random sets of each row and N
 * @param geometry which vectors are the tokens
 * @param seed of queries, random sets and directions
 * @param counts each N that may be measured, ascending
 * @param restrictions each N that heads are restricted to, ascending
 */
record PaperSettings(
    int[] lengths,
    int windows,
    int rows,
    int draws,
    Geometry geometry,
    long seed,
    int[] counts,
    int[] restrictions) {
  /** The fixed N of the paper's figure of distances against L. */
  static final int FIXED_N = 5;

  /** From this N on the paper sees distances on a plateau. */
  static final int PLATEAU_N = 20;

  /** From this N on the paper sees N_s/N saturated. */
  static final int SATURATED_N = 16;

  /** Where N grows with L, it is this share of L. */
  static final int SHARE = 4;

  /** A restriction keeps the loss if it is at most this factor of that of the whole network. */
  static final double TOLERANCE = 0.05;

  static final double[] TEMPERATURES = {
    .01, .02, .03, .05, .07, .1, .2, .3, .5, .7, 1, 2, 3, 5, 7, 10
  };

  static final double[] EPSILONS = {1e-3, 1e-1, 10};

  /** A restriction takes long, so few windows are judged. */
  private static final int MAX_JUDGED = 4;

  /** The powers of two from 32 to a length, and the length itself. */
  static int[] lengthsUpTo(int longest) {
    IntStream powers = IntStream.iterate(32, length -> length < longest, length -> 2 * length);
    return IntStream.concat(powers, IntStream.of(longest)).toArray();
  }

  int longest() {
    return lengths[lengths.length - 1];
  }

  int shortest() {
    return lengths[0];
  }

  int judgedWindows() {
    return Math.min(MAX_JUDGED, windows);
  }

  /** Each N at one L: up to half of L, with a fixed share of L among them. */
  int[] counts(int length) {
    TreeSet<Integer> fitting = new TreeSet<>();
    Arrays.stream(counts).filter(count -> count <= length / 2).forEach(fitting::add);
    if (length >= SHARE) {
      fitting.add(length / SHARE);
    }
    return fitting.stream().mapToInt(count -> count).toArray();
  }

  /** Each N to restrict heads to that leaves something out at some L. */
  int[] fittingRestrictions() {
    return Arrays.stream(restrictions).filter(count -> count < longest()).toArray();
  }

  /** All that a measurement of rows depends on, besides L and the number of the window. */
  String rowsKey() {
    return "%d %d %d %s %d %s"
        .formatted(windows, rows, draws, geometry, seed, Arrays.toString(counts));
  }

  /** All that a restriction depends on, besides N. */
  String restrictionKey() {
    return "%s %d %d".formatted(Arrays.toString(lengths), windows, judgedWindows());
  }
}
