package org.attention4j.examples.support;

/** A run that began well and failed; the message is the one sentence that says how. */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String advice;

  /**
   * A failure without a cause.
   *
   * @param sentence one sentence for the user
   */
  public CommandFailure(String sentence) {
    super(sentence);
    advice = "";
  }

  /**
   * A failure that something else caused.
   *
   * @param sentence one sentence for the user
   * @param cause what happened
   */
  public CommandFailure(String sentence, Throwable cause) {
    this(sentence, cause, "");
  }

  /**
   * A failure after which the user can do something.
   *
   * @param sentence one sentence for the user
   * @param cause what happened
   * @param advice what the user may do now
   */
  public CommandFailure(String sentence, Throwable cause, String advice) {
    super(sentence, cause);
    this.advice = advice;
  }

  /**
   * What the user may do now.
   *
   * @return a sentence; may be empty
   */
  public String advice() {
    return advice;
  }
}
