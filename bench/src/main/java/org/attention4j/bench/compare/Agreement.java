package org.attention4j.bench.compare;

import java.util.Map;

/** The check without which no peer is timed: that all compute the same. */
public final class Agreement {
  /** Of the expected value, or of one if that is smaller. */
  static final double TOLERANCE = 1e-4;

  private Agreement() {}

  /**
   * Compares the results of two peers.
   *
   * @param expected the one to be right
   * @param actual the other one
   * @throws IllegalStateException if a result is missing, or differs by more than 1e-4
   */
  public static void check(Peer expected, Peer actual) {
    Map<String, float[]> right = expected.results();
    Map<String, float[]> other = actual.results();
    if (!right.keySet().equals(other.keySet())) {
      throw new IllegalStateException(
          "%s and %s compute different things: %s and %s."
              .formatted(name(expected), name(actual), right.keySet(), other.keySet()));
    }
    right.forEach(
        (result, values) ->
            check(name(actual) + ", " + result, values, other.getOrDefault(result, new float[0])));
  }

  private static void check(String what, float[] expected, float[] actual) {
    if (expected.length != actual.length) {
      throw new IllegalStateException(
          "%s: %d values where %d were expected.".formatted(what, actual.length, expected.length));
    }
    for (int i = 0; i < expected.length; i++) {
      double bound = TOLERANCE * Math.max(1, Math.abs(expected[i]));
      // Not "greater than", which NaN would pass.
      if (!(Math.abs(expected[i] - actual[i]) <= bound)) {
        throw new IllegalStateException(
            "%s: value %d is %s where %s was expected.".formatted(what, i, actual[i], expected[i]));
      }
    }
  }

  private static String name(Peer peer) {
    return peer.getClass().getSimpleName();
  }
}
