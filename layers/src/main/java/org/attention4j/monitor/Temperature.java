package org.attention4j.monitor;

import java.util.Map;
import java.util.OptionalDouble;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerParameter;
import org.attention4j.normalizer.Normalizers;

/** The temperature of those maps that are softmax(z / T) for one row. */
final class Temperature {
  private static final String SOFTMAX = Normalizers.softmax().type();
  private static final String LOG_TEMPERATURE =
      onlyParameter(Normalizers.softmaxWithLearnableTemperature(1));
  private static final String SCALABLE = Normalizers.ssmax().type();
  private static final String SCALE = onlyParameter(Normalizers.ssmax());

  private Temperature() {}

  private static String onlyParameter(Normalizer normalizer) {
    return normalizer.parameters(1).stream().map(NormalizerParameter::name).toList().get(0);
  }

  /**
   * Finds T.
   *
   * @param parameters the learned parameters of one head
   * @param length the number n of visible keys
   * @return T; empty if the map is no softmax
   */
  static OptionalDouble of(Normalizer normalizer, Map<String, Double> parameters, int length) {
    String type;
    try {
      type = normalizer.type();
    } catch (IllegalStateException unnamed) {
      return OptionalDouble.empty();
    }
    if (type.equals(SOFTMAX)) {
      Double learned = parameters.get(LOG_TEMPERATURE);
      Object fixed = normalizer.options().get("temperature");
      return OptionalDouble.of(
          learned != null ? Math.exp(learned) : fixed instanceof Number t ? t.doubleValue() : 1);
    }
    Double scale = parameters.get(SCALE);
    if (type.equals(SCALABLE) && scale != null && scale * Math.log(length) > 0) {
      return OptionalDouble.of(1 / (scale * Math.log(length)));
    }
    return OptionalDouble.empty();
  }
}
