package org.attention4j.examples.support;

/** What a user typed cannot work; the message is the one sentence that says why. */
public final class BadArgument extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * An argument that is wrong in itself.
   *
   * @param sentence one sentence for the user
   */
  public BadArgument(String sentence) {
    super(sentence);
  }

  /**
   * An argument that cannot be read or used.
   *
   * @param sentence one sentence for the user
   * @param cause what happened
   */
  public BadArgument(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
