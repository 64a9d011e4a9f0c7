package org.attention4j.bench.compare;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgreementTest {
  private record Fixed(Map<String, float[]> results) implements Peer {
    @Override
    public void run() {}
  }

  private static Peer peer(String name, float... values) {
    return new Fixed(Map.of(name, values));
  }

  @ParameterizedTest
  @CsvSource({"0.5, 0.50009", "1000, 1000.09", "-3, -3"})
  void closeEnough(float expected, float actual) {
    assertThatCode(() -> Agreement.check(peer("output", 2, expected), peer("output", 2, actual)))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({"0.5, 0.50011", "1000, 1000.2", "0, NaN", "NaN, 0", "3, -3"})
  void differentValue(float expected, float actual) {
    assertThatThrownBy(() -> Agreement.check(peer("dL/dQ", 2, expected), peer("dL/dQ", 2, actual)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Fixed, dL/dQ: value 1 is %s where %s was expected.".formatted(actual, expected));
  }

  @Test
  void differentLength() {
    assertThatThrownBy(() -> Agreement.check(peer("output", 1, 2), peer("output", 1)))
        .hasMessage("Fixed, output: 1 values where 2 were expected.");
  }

  @Test
  void differentResults() {
    assertThatThrownBy(() -> Agreement.check(peer("output", 1), peer("dL/dQ", 1)))
        .hasMessage("Fixed and Fixed compute different things: [output] and [dL/dQ].");
  }
}
