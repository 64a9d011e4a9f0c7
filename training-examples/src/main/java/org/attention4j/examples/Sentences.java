package org.attention4j.examples;

/** Turns what was thrown into one line for a person. */
final class Sentences {
  private Sentences() {}

  /**
   * Describes a failure.
   *
   * @param failure what was thrown
   * @return one sentence on one line, ending with a full stop
   */
  static String about(Throwable failure) {
    if (failure instanceof OutOfMemoryError) {
      return "Not enough memory; a smaller --context, --batch or --width needs less.";
    }
    String message = failure.getMessage();
    if (message == null || message.isBlank()) {
      return "Failed with %s.".formatted(failure.getClass().getSimpleName());
    }
    String line = message.strip().replaceAll("\\s*\\R\\s*", " ");
    return line.endsWith(".") ? line : line + ".";
  }
}
