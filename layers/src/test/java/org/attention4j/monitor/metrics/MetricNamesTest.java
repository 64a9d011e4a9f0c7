package org.attention4j.monitor.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MetricNamesTest {
  private static final String FAMILY = ".<name>";

  /** Each metric has a constant and each constant a description. */
  @Test
  void theConstantsAreTheNamesOfTheDescriptions() throws IllegalAccessException {
    Set<String> constants = new HashSet<>();
    for (Field field : MetricNames.class.getDeclaredFields()) {
      if (Modifier.isPublic(field.getModifiers())) {
        String name = (String) field.get(null);
        constants.add(MetricDescription.ofFamily(name).isPresent() ? name + FAMILY : name);
      }
    }
    assertThat(constants)
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(MetricDescription.all(), MetricDescription.aggregates())
                .flatMap(List::stream)
                .map(MetricDescription::name)
                .collect(Collectors.toSet()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"entropy", "nonFinite", "gradientNorm.Wq", "updateRatio.bo", "normalizer.alpha"})
  void knownNames(String name) {
    assertThat(MetricNames.requireKnown("Rule", name)).isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource({
    "entrpy, entropy",
    "normalisedEntropy, normalizedEntropy",
    "maxlogit, maxLogit",
    "gradNorm.Wq, gradientNorm.Wq",
    "gradientNorm, gradientNorm.<name>",
    "gradientNorm., gradientNorm.<name>",
    "gradientNorm.<name>, gradientNorm.<name>",
    "entropy.Wq, entropy"
  })
  void aWrongNameIsAnsweredWithSimilarOnes(String wrong, String similar) {
    assertThatThrownBy(() -> MetricNames.requireKnown("Rule 'r'", wrong))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Rule 'r': there is no metric '" + wrong + "'; similar names are ")
        .hasMessageContaining(similar)
        .hasMessageEndingWith(".");
  }

  @Test
  void theMostSimilarNameIsFirst() {
    assertThatThrownBy(() -> MetricNames.requireKnown("Rule 'r'", "sinkMas"))
        .hasMessage(
            "Rule 'r': there is no metric 'sinkMas'; similar names are sinkMass, sinkRate,"
                + " rowMass.");
  }

  @Test
  void members() {
    assertThat(MetricNames.member(MetricNames.GRADIENT_NORM, "Wq")).isEqualTo("gradientNorm.Wq");
  }
}
