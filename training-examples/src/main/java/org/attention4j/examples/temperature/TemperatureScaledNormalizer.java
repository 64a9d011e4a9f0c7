package org.attention4j.examples.temperature;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;

/**
 * A normalizer whose sharpness is set by a temperature: {@code map(z / T)}.
 *
 * @param label what stands in tables and charts
 * @param base the normalizer at T = 1
 * @param hasOption whether the normalizer has an option for T; the scores are divided by T
 *     otherwise, which is the same normalizer
 * @param exponent α of the α-entmax family that the normalizer is of on its support: 1 for softmax,
 *     2 for sparsemax
 */
record TemperatureScaledNormalizer(
    String label, Normalizer base, boolean hasOption, double exponent) {
  /** The normalizers that are compared. */
  static List<TemperatureScaledNormalizer> all() {
    return List.of(
        parse("softmax", true, 1),
        parse("sparsemax", false, 2),
        parse("entmax:1.5", false, 1.5),
        parse("ssmax", false, 1));
  }

  private static TemperatureScaledNormalizer parse(
      String label, boolean hasOption, double exponent) {
    return new TemperatureScaledNormalizer(label, Normalizers.parse(label), hasOption, exponent);
  }

  /**
   * The normalizer of a label.
   *
   * @param label as in {@link #all}
   * @return the normalizer
   * @throws IllegalArgumentException if there is none
   */
  @JsonCreator
  static TemperatureScaledNormalizer of(String label) {
    return all().stream()
        .filter(normalizer -> normalizer.label().equals(label))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("There is no normalizer '" + label + "'."));
  }

  /** What {@link #of} reads. */
  @JsonValue
  String text() {
    return label;
  }

  /** What a layer is given as its normalizer. */
  Normalizer normalizer(double temperature) {
    return hasOption ? Normalizers.softmax(temperature) : base;
  }

  /** By what the scores are divided before the layer's normalizer sees them. */
  double scoreDivisor(double temperature) {
    return hasOption ? 1 : temperature;
  }
}
