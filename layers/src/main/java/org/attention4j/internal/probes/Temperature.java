package org.attention4j.internal.probes;

import java.util.Map;
import java.util.OptionalDouble;
import org.attention4j.normalizer.Normalizer;

/** The temperature of those normalizers that are softmax(z / T) for one row. */
final class Temperature {
  private Temperature() {}

  /**
   * Finds T.
   *
   * @param learned the learned quantities of one head
   * @param length the number n of visible keys
   * @return T; empty for a normalizer that is no softmax, or whose scores have the sign changed
   */
  static OptionalDouble of(Normalizer normalizer, Map<String, Double> learned, int length) {
    String type;
    try {
      type = normalizer.type();
    } catch (IllegalStateException unnamed) {
      return OptionalDouble.empty();
    }
    double sharpness =
        switch (type) {
          case "softmax" -> 1 / option(normalizer, learned, "temperature", 1);
          case "ssmax" -> option(normalizer, learned, "s", Double.NaN) * Math.log(length);
          case "log-n" -> {
            double trained = option(normalizer, learned, "trainLength", Double.NaN);
            yield Math.max(1, Math.log(length) / Math.log(trained));
          }
          default -> Double.NaN;
        };
    return sharpness > 0 ? OptionalDouble.of(1 / sharpness) : OptionalDouble.empty();
  }

  private static double option(
      Normalizer normalizer, Map<String, Double> learned, String name, double otherwise) {
    Object value = learned.containsKey(name) ? learned.get(name) : normalizer.options().get(name);
    return value instanceof Number number ? number.doubleValue() : otherwise;
  }
}
