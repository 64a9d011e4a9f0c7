package org.attention4j.bench;

import java.util.Locale;

/**
 * What one comparison showed.
 *
 * @param kind what was compared
 * @param subject the sizes and the pass as {@code name=value}, separated by blanks
 * @param peer who it was compared with
 * @param oursMs our median time in milliseconds
 * @param peerMs the peer's, measured in turns with ours
 */
record Outcome(Kind kind, String subject, String peer, double oursMs, double peerMs) {
  /** What is compared; the first word of a line. */
  enum Kind {
    /** The attention core with given Q, K and V. */
    CASE(false),
    /** A layer in a network. */
    LAYER(false),
    /** Our kernel with another normalizer, the peer being our own softmax. */
    SPARSE(true),
    /** Our kernel, the peer being a matrix product with as many floating point operations. */
    SGEMM(false);

    private final boolean peerFirst;

    Kind(boolean peerFirst) {
      this.peerFirst = peerFirst;
    }
  }

  /** How many times as long the peer takes: above 1, ours is faster. */
  double ratio() {
    return peerMs / oursMs;
  }

  /** One line for the terminal. */
  String line() {
    String ours = milliseconds("ours", oursMs);
    String other = milliseconds(peer, peerMs);
    String times = kind.peerFirst ? other + " " + ours : ours + " " + other;
    return String.format(Locale.ROOT, "%s %s %s ratio=%.2f", kind, subject, times, ratio());
  }

  private static String milliseconds(String who, double value) {
    return String.format(Locale.ROOT, "%s_ms=%.3f", who, value);
  }
}
