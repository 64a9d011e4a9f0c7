package org.attention4j.internal.probes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.OptionalDouble;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.junit.jupiter.api.Test;

/** Which normalizers have a temperature, and what it is. */
final class TemperatureTest {
  private static OptionalDouble temperature(
      Normalizer normalizer, Map<String, Double> learned, int length) {
    return Temperature.of(normalizer, learned, length);
  }

  @Test
  void temperatures() {
    assertThat(temperature(Normalizers.softmax(0.7), Map.of(), 9).getAsDouble())
        .isCloseTo(0.7, within(1e-15));
    assertThat(temperature(Normalizers.softmax(), Map.of(), 9)).hasValue(1);
    Normalizer learnable = Normalizers.softmaxWithLearnableTemperature(0.7);
    assertThat(temperature(learnable, Map.of("temperature", 0.25), 9)).hasValue(0.25);
    Normalizer ssmax = Normalizers.ssmax();
    assertThat(temperature(ssmax, Map.of("s", 0.5), 10).getAsDouble())
        .isCloseTo(2 / Math.log(10), within(1e-15));
    assertThat(temperature(ssmax, Map.of("s", 0.5), 1)).isEmpty();
    assertThat(temperature(ssmax, Map.of("s", -0.5), 10)).isEmpty();
    assertThat(temperature(Normalizers.logN(16), Map.of(), 256).getAsDouble())
        .isCloseTo(0.5, within(1e-15));
    assertThat(temperature(Normalizers.logN(16), Map.of(), 4)).hasValue(1);
    assertThat(temperature(Normalizers.sigmoid(), Map.of("temperature", 0.5), 9)).isEmpty();
    assertThat(temperature((sd, scores, context) -> scores, Map.of(), 9)).isEmpty();
  }
}
