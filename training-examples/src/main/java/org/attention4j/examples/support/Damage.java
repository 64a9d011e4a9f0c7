package org.attention4j.examples.support;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Path;

/** Tells of a file of results that cannot be read any more. */
public final class Damage {
  private Damage() {}

  /**
   * One sentence about the file.
   *
   * @param file the file
   * @param failure why it cannot be read
   * @return the sentence
   */
  public static String sentence(Path file, IOException failure) {
    return "%s is damaged%s.".formatted(file, place(failure));
  }

  private static String place(IOException failure) {
    if (failure instanceof JsonProcessingException json) {
      JsonLocation location = json.getLocation();
      return location == null || location.getLineNr() < 1
          ? ""
          : " at line %d, column %d".formatted(location.getLineNr(), location.getColumnNr());
    }
    return failure.getMessage() == null ? "" : ": " + Sentences.brief(failure.getMessage());
  }
}
