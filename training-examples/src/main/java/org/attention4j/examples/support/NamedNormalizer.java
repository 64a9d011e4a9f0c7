package org.attention4j.examples.support;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;

/**
 * A normalizer as a user names it: by a JSON object such as {@code {"type":"top-k","k":8}} or a
 * short form such as {@code top-k:8}.
 *
 * @param label what stands in tables and charts
 * @param normalizer the map
 */
public record NamedNormalizer(String label, Normalizer normalizer) {
  /** A normalizer has few options; what is longer is a mistake and slow to read. */
  private static final int MAX_LENGTH = 1000;

  /**
   * Reads one normalizer.
   *
   * @param text a JSON object or a short form
   * @return the normalizer
   * @throws BadArgument if the text is neither, or names what does not exist
   */
  public static NamedNormalizer parse(String text) {
    String trimmed = text.strip();
    if (trimmed.length() > MAX_LENGTH) {
      throw new BadArgument(
          "'%s' is not a normalizer, which takes at most %d characters."
              .formatted(Sentences.brief(trimmed), MAX_LENGTH));
    }
    try {
      Normalizer normalizer = Normalizers.parse(trimmed);
      return new NamedNormalizer(
          trimmed.startsWith("{") ? Normalizers.toJson(normalizer) : trimmed, normalizer);
    } catch (IllegalArgumentException e) {
      throw new BadArgument(Sentences.about(e), e);
    }
  }

  /**
   * Reads several.
   *
   * @param option whose value they are, for messages
   * @param texts JSON objects and short forms
   * @return the normalizers in the order given
   * @throws BadArgument if one cannot be read or stands there twice
   */
  public static List<NamedNormalizer> parseAll(String option, List<String> texts) {
    List<NamedNormalizer> normalizers = texts.stream().map(NamedNormalizer::parse).toList();
    requireDistinct(option, normalizers, NamedNormalizer::json, NamedNormalizer::label);
    return normalizers;
  }

  /** Refuses what stands there twice, by its key; the message has its label. */
  static <T> void requireDistinct(
      String option, List<T> named, Function<T, String> key, Function<T, String> label) {
    Set<String> seen = new HashSet<>();
    for (T each : named) {
      if (!seen.add(key.apply(each))) {
        throw new BadArgument(
            "Normalizer '%s' is named twice in %s.".formatted(label.apply(each), option));
      }
    }
  }

  /**
   * The JSON object that makes this normalizer again.
   *
   * @return JSON
   */
  public String json() {
    return Normalizers.toJson(normalizer);
  }

  /**
   * Splits at the commas that stand outside JSON objects.
   *
   * @param text short forms and JSON objects, separated by commas
   * @return each of them
   */
  public static List<String> split(String text) {
    return split(text, i -> text.charAt(i) == ',');
  }

  /** Splits at the separators, one character each, that stand outside JSON objects. */
  static List<String> split(String text, IntPredicate isSeparatorAt) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int start = 0;
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && c == '{') {
        depth++;
      } else if (!quoted && c == '}') {
        depth--;
      } else if (!quoted && depth == 0 && isSeparatorAt.test(i)) {
        parts.add(text.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(text.substring(start));
    return parts;
  }
}
