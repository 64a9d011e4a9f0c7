package org.attention4j.examples.paper;

/**
 * A sentence of a paper and what was measured.
 *
 * @param topic which figures show it
 * @param name in a few words
 * @param reported what the paper says
 * @param measured what was measured, with intervals
 * @param verdict whether it agrees
 * @param evidence on how many heads and rows
 */
record Claim(
    Topic topic, String name, String reported, String measured, Verdict verdict, String evidence) {
  /** What a claim is about. */
  enum Topic {
    DISTANCE,
    CRITICAL_N,
    SEPARABILITY,
    SENSITIVITY,
    RESTRICTION
  }

  /** Whether what was measured agrees with the paper. */
  enum Verdict {
    AGREES("agrees"),
    DISAGREES("does not agree"),
    OPEN("open");

    private final String label;

    Verdict(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }

    /** Of an interval and a range. */
    static Verdict within(double low, double high, double least, double most) {
      if (low >= least && high <= most) {
        return AGREES;
      }
      return high < least || low > most ? DISAGREES : OPEN;
    }
  }

  String sentence() {
    return "%s: %s. Measured: %s (%s). %s."
        .formatted(
            name,
            reported,
            measured,
            evidence,
            verdict == Verdict.OPEN ? "Open" : "It " + verdict.label());
  }
}
