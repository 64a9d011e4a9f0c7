package org.attention4j.normalizer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The options of one normalizer as read from JSON. A {@link NormalizerProvider} asks for each
 * option that it knows; what nobody asked for is an error.
 */
public final class NormalizerOptions {
  /** What a score may be multiplied by. */
  private static final double LARGEST_FACTOR = 1e9;

  private final String type;
  private final Map<String, Object> values;
  private final Set<String> known = new LinkedHashSet<>();

  NormalizerOptions(String type, Map<String, Object> values) {
    this.type = type;
    this.values = values;
  }

  /**
   * Reads a number that has a default.
   *
   * @param name the option's name
   * @param defaultValue the value if the option is absent
   * @return the number
   * @throws IllegalArgumentException if the option is present and not a number
   */
  public double number(String name, double defaultValue) {
    return value(name) == null ? defaultValue : number(name);
  }

  /**
   * Reads a number that must be present.
   *
   * @param name the option's name
   * @return the number
   * @throws IllegalArgumentException if the option is absent or not a number
   */
  public double number(String name) {
    if (value(name) instanceof Number number) {
      return number.doubleValue();
    }
    throw wrong(name, "a number");
  }

  /**
   * Reads a whole number that must be present.
   *
   * @param name the option's name
   * @return the whole number
   * @throws IllegalArgumentException if the option is absent or not a whole number
   */
  public int integer(String name) {
    double number = value(name) instanceof Number value ? value.doubleValue() : Double.NaN;
    if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
      throw wrong(name, "a whole number");
    }
    return (int) number;
  }

  /**
   * Reads a whole number that has a default.
   *
   * @param name the option's name
   * @param defaultValue the value if the option is absent
   * @return the whole number
   * @throws IllegalArgumentException if the option is present and not a whole number
   */
  public int integer(String name, int defaultValue) {
    return value(name) == null ? defaultValue : integer(name);
  }

  /**
   * Reads a switch, false if absent.
   *
   * @param name the option's name
   * @return the switch
   * @throws IllegalArgumentException if the option is present and neither true nor false
   */
  public boolean flag(String name) {
    return flag(name, false);
  }

  /**
   * Reads a switch that has a default.
   *
   * @param name the option's name
   * @param defaultValue the value if the option is absent
   * @return the switch
   * @throws IllegalArgumentException if the option is present and neither true nor false
   */
  public boolean flag(String name, boolean defaultValue) {
    Object value = value(name);
    if (value == null) {
      return defaultValue;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw wrong(name, "true or false");
  }

  /**
   * Reads a normalizer inside this one, an object or a short form, which must be present.
   *
   * @param name the option's name
   * @return the normalizer
   * @throws IllegalArgumentException if the option is absent or not a normalizer
   */
  public Normalizer normalizer(String name) {
    Object given = value(name);
    if (given instanceof String shortForm) {
      return NormalizerJson.read(shortForm);
    }
    if (given instanceof Map<?, ?> fields) {
      Map<String, Object> named = new LinkedHashMap<>();
      fields.forEach((key, value) -> named.put((String) key, value));
      return NormalizerJson.create(named);
    }
    throw wrong(name, "a normalizer, such as {\"type\":\"entmax\"}");
  }

  /**
   * Reads a normalizer inside this one that has a default.
   *
   * @param name the option's name
   * @param defaultValue the normalizer if the option is absent
   * @return the normalizer
   * @throws IllegalArgumentException if the option is present and not a normalizer
   */
  public Normalizer normalizer(String name, Normalizer defaultValue) {
    return value(name) == null ? defaultValue : normalizer(name);
  }

  private @Nullable Object value(String name) {
    known.add(name);
    return values.get(name);
  }

  private IllegalArgumentException wrong(String name, String expected) {
    return new IllegalArgumentException(
        message(type, name, values.getOrDefault(name, "missing"), expected));
  }

  void rejectUnknown() {
    List<String> unknown = new ArrayList<>(values.keySet());
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "Normalizer '%s': option '%s' is unknown; %s."
              .formatted(
                  type,
                  unknown.get(0),
                  known.isEmpty()
                      ? "it takes no options"
                      : "it takes " + String.join(", ", known)));
    }
  }

  /** Fails unless an option's value is finite and keeps the given condition. */
  static void require(String type, String option, double value, boolean holds, String expected) {
    if (!holds || !Double.isFinite(value)) {
      boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
      Object shown = whole ? (Object) (long) value : (Object) value;
      throw new IllegalArgumentException(
          message(type, option, Double.isFinite(value) ? shown : value, expected));
    }
  }

  // What follows is what FLOAT can compute: no accepted value becomes an infinity there, of which a
  // NaN would come, and each leaves room for training to move what it starts.

  /** A temperature T, whose inverse is a factor on scores. */
  static void requireTemperature(String type, double value) {
    boolean holds = value >= 1 / LARGEST_FACTOR && value <= LARGEST_FACTOR;
    require(type, "temperature", value, holds, "positive, from 1e-9 to 1e9");
  }

  /** A scale s of log n; log n is below 22. */
  static void requireScale(String type, double value) {
    double limit = LARGEST_FACTOR / 100;
    require(type, "s", value, Math.abs(value) <= limit, "from -1e7 to 1e7");
  }

  /** A bound of scores. */
  static void requireCap(String type, double value) {
    require(type, "cap", value, value >= 1e-6 && value <= 1e6, "positive, from 1e-6 to 1e6");
  }

  /** A share of the logarithm of lengths in a factor on scores. */
  static void requireShare(String type, String option, double value) {
    double limit = LARGEST_FACTOR / 100;
    require(type, option, value, value >= 0 && value <= limit, "from 0 to 1e7");
  }

  /** A logit beside the scores. */
  static void requireLogit(String type, String option, double value) {
    require(type, option, value, Math.abs(value) <= 1e28, "from -1e28 to 1e28");
  }

  /** A context length L that log n is divided by the logarithm of. */
  static void requireLength(String type, String option, double value) {
    require(type, option, value, value >= 1.000001, "above 1, at least 1.000001, and finite");
  }

  /**
   * Above, the (alpha - 1)-th power of a weight that FLOAT can tell from zero is none in DOUBLE.
   */
  static void requireAlpha(String type, double value) {
    require(type, "alpha", value, value > 1 && value <= 32, "above 1 and at most 32");
  }

  /** The normalizer that another one wraps. */
  static void requireInner(String type, @Nullable Normalizer normalizer) {
    if (normalizer == null) {
      throw new IllegalArgumentException(
          message(type, "normalizer", "null", "one such as Normalizers.softmax()"));
    }
  }

  private static String message(String type, String option, Object value, String expected) {
    return "Normalizer '%s': option '%s' is %s but must be %s."
        .formatted(type, option, value, expected);
  }

  /** Options in the given order: name, value, name, value. */
  static Map<String, Object> of(Object... namesAndValues) {
    Map<String, Object> options = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      options.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return Collections.unmodifiableMap(options);
  }
}
