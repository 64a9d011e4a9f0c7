package org.attention4j.examples;

/** A run that began well and failed; the message is the one sentence that says how. */
final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String advice;

  CommandFailure(String sentence) {
    super(sentence);
    advice = "";
  }

  CommandFailure(String sentence, Throwable cause) {
    this(sentence, cause, "");
  }

  CommandFailure(String sentence, Throwable cause, String advice) {
    super(sentence, cause);
    this.advice = advice;
  }

  /** What the user may do now; may be empty. */
  String advice() {
    return advice;
  }
}
