package org.attention4j.examples;

/** What a user typed cannot work; the message is the one sentence that says why. */
final class BadArgument extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BadArgument(String sentence) {
    super(sentence);
  }

  BadArgument(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
