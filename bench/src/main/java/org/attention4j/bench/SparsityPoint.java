package org.attention4j.bench;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * A sparse map against softmax on scores of the same size.
 *
 * @param map the family of maps, such as {@code top-k}: the curve on which the point lies
 * @param setting what makes it as sparse as it is, such as {@code k=64}
 * @param zeros the share of weights that are zero
 * @param softmaxMs the median time of softmax, in milliseconds
 * @param oursMs that of the map, measured in turns with it
 */
record SparsityPoint(String map, String setting, double zeros, double softmaxMs, double oursMs) {
  /** How many times as long softmax takes: above 1, the map is faster. */
  double ratio() {
    return softmaxMs / oursMs;
  }

  /** One line for the terminal. */
  String line() {
    return String.format(
        Locale.ROOT,
        "SPARSITY map=%s %s zeros=%s softmax_ms=%.3f ours_ms=%.3f ratio=%.2f",
        map,
        setting,
        percent(zeros),
        softmaxMs,
        oursMs,
        ratio());
  }

  /** Such as {@code 98.4%}. */
  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }

  /**
   * The share of zeros from which on a map is never slower than softmax, between two points by a
   * straight line.
   *
   * @param curve the points of one map
   * @return empty if the sparsest one is slower; the share of the densest one if none is
   */
  static OptionalDouble breakEven(List<SparsityPoint> curve) {
    List<SparsityPoint> points =
        curve.stream().sorted(Comparator.comparingDouble(SparsityPoint::zeros)).toList();
    int slower = points.size() - 1;
    while (slower >= 0 && points.get(slower).ratio() >= 1) {
      slower--;
    }
    if (slower == points.size() - 1) {
      return OptionalDouble.empty();
    }
    SparsityPoint next = points.get(slower + 1);
    if (slower < 0) {
      return OptionalDouble.of(next.zeros());
    }
    SparsityPoint last = points.get(slower);
    double share = (1 - last.ratio()) / (next.ratio() - last.ratio());
    return OptionalDouble.of(last.zeros() + share * (next.zeros() - last.zeros()));
  }
}
