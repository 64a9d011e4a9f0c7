package org.attention4j.bench;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one comparison showed.
 *
 * @param kind what was compared
 * @param subject the sizes and the pass as {@code name=value}, separated by blanks
 * @param peer who it was compared with
 * @param oursMs our median time in milliseconds
 * @param peerMs the peer's, measured in turns with ours
 */
record ComparisonResult(Kind kind, String subject, String peer, double oursMs, double peerMs) {
  private static final Pattern LINE =
      Pattern.compile(
          "(?<kind>[A-Z]+) (?<subject>.+)"
              + " (?<first>\\w+)_ms=(?<firstMs>\\S+) (?<second>\\w+)_ms=(?<secondMs>\\S+)"
              + " ratio=\\S+");

  /** What is compared; the first word of a line. */
  enum Kind {
    /** The attention core with given Q, K and V. */
    CASE(false),
    /** A layer in a network. */
    LAYER(false),
    /** A layer in a JVM that has computed other things before; the peer is itself in a new JVM. */
    HISTORY(false),
    /** A whole model. */
    MODEL(false),
    /** A published model, all sentences; the peer is ONNX Runtime. */
    MINILM(false),
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

  /** Reads what {@link #line} wrote; empty if it is some other line. */
  static Optional<ComparisonResult> parse(String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    Kind kind = Kind.valueOf(matcher.group("kind"));
    double first = Double.parseDouble(matcher.group("firstMs"));
    double second = Double.parseDouble(matcher.group("secondMs"));
    String peer = matcher.group(kind.peerFirst ? "first" : "second");
    return Optional.of(
        new ComparisonResult(
            kind,
            matcher.group("subject"),
            peer,
            kind.peerFirst ? second : first,
            kind.peerFirst ? first : second));
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
