package org.attention4j.normalizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.stream.Stream;
import org.attention4j.internal.attention.HeadContext;
import org.attention4j.kernel.RowFactor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the factories accept, and what the normalizers say of themselves. */
class NormalizersTest {
  private static Arguments limit(
      String option, DoubleFunction<Normalizer> factory, double allowed, double refused) {
    return Arguments.of(option, factory, allowed, refused);
  }

  static Stream<Arguments> limits() {
    return Stream.of(
        limit("temperature", Normalizers::softmax, 1e-9, 0.99e-9),
        limit("temperature", Normalizers::softmax, 1e9, 1.01e9),
        limit("temperature", Normalizers::softmaxWithLearnableTemperature, 1e-9, 0),
        limit("temperature", t -> Normalizers.topKStraightThrough(3, t), 1e9, 1.01e9),
        limit("s", Normalizers::ssmax, 1e7, 1.01e7),
        limit("s", Normalizers::ssmax, -1e7, -1.01e7),
        limit("s", s -> Normalizers.scaledByLogLength(Normalizers.relu(), s), 1e7, 1.01e7),
        limit("c", Normalizers::softmax1, Double.MIN_VALUE, 0),
        limit("initialLogit", Normalizers::sink, -1e28, -1.01e28),
        limit("alpha", Normalizers::entmax, 32, 32.01),
        limit("alpha", Normalizers::entmax, Math.nextUp(1.0), 1),
        limit("trainLength", Normalizers::logN, 1.000001, 1),
        limit("a", a -> Normalizers.topPower(a, 0.5), 1e6, 1.01e6),
        limit("a", a -> Normalizers.topPower(a, 0.5), Double.MIN_VALUE, 0),
        limit("b", b -> Normalizers.topPower(1, b), Math.nextDown(1.0), 1),
        limit("b", b -> Normalizers.topPower(1, b), Double.MIN_VALUE, 0),
        limit("p", Normalizers::topP, 0.999999, 0.9999991),
        limit("p", Normalizers::topP, Double.MIN_VALUE, 0),
        limit("cap", Normalizers::softCap, 1e-6, 0.99e-6),
        limit("cap", c -> Normalizers.softCap(c, Normalizers.relu()), 1e6, 1.01e6),
        limit("beta", beta -> Normalizers.llama4Scale(beta, 3), 0, -1e-9),
        limit("beta", beta -> Normalizers.llama4Scale(beta, 3), 1e7, 1.01e7),
        limit("fraction", Normalizers::topFraction, 1, Math.nextUp(1.0)),
        limit("fraction", Normalizers::topFraction, 1e-9, 0));
  }

  /** The last allowed value is accepted, the next is refused by name. */
  @ParameterizedTest(name = "{0} {2} but not {3}")
  @MethodSource("limits")
  void limitsAreInclusive(
      String option, DoubleFunction<Normalizer> factory, double allowed, double refused) {
    assertThatCode(() -> factory.apply(allowed)).doesNotThrowAnyException();
    for (double wrong : new double[] {refused, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> factory.apply(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("option '%s'".formatted(option));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2147483647, 2147483647"})
  void wholeNumbersReachTheLargestInt(String json, int k) {
    assertThat(Normalizers.parse("{\"type\":\"top-k\",\"k\":" + json + "}"))
        .isEqualTo(Normalizers.topK(k));
  }

  @Test
  void factoriesMakeWhatTheirJsonSays() {
    assertThat(Normalizers.toJson(Normalizers.topKStraightThrough(3, 0.75)))
        .contains("\"k\":3", "\"straightThrough\":true", "0.75");
    assertThat(
            Normalizers.parse(
                Normalizers.toJson(Normalizers.scaledByLogLength(Normalizers.relu(), 0.37))))
        .isEqualTo(Normalizers.scaledByLogLength(Normalizers.relu(), 0.37));
    assertThat(Normalizers.scaledByLogLength(Normalizers.relu(), 0.37).parameters(2)).isEmpty();
    assertThat(Normalizers.scaledByLogLength(Normalizers.relu()).parameters(2)).hasSize(1);
    assertThat(Normalizers.parse(Normalizers.toJson(Normalizers.ssmax(0.71))))
        .isEqualTo(Normalizers.ssmax(0.71))
        .isNotEqualTo(Normalizers.ssmax());
  }

  @Test
  void sigmoidDependsOnTheLengthAndItsWeightsAreNoShares() {
    assertThat(Normalizers.sigmoid().traits())
        .containsExactlyInAnyOrder(Trait.CAN_EXCEED_ONE, Trait.LENGTH_AWARE);
  }

  @Test
  void whatCannotBeSavedSaysWhy() {
    assertThat(Normalizers.obstacleToSaving(Normalizers.entmax15())).isEmpty();
    Normalizer lambda = (sd, scores, context) -> scores;
    assertThat(Normalizers.obstacleToSaving(lambda)).get().asString().isNotBlank();
  }

  /** The parameters as they are at first stand for the values that the factory was given. */
  @Test
  void learnedQuantitiesAreThoseOfTheFactory() {
    assertThat(learned(Normalizers.softmax(0.5))).isEmpty();
    assertThat(learned(Normalizers.softmaxWithLearnableTemperature(0.37)))
        .containsOnlyKeys("temperature")
        .hasEntrySatisfying("temperature", t -> assertThat(t).isCloseTo(0.37, within(1e-12)));
    assertThat(learned(Normalizers.entmaxWithLearnableAlpha(1.37)))
        .containsOnlyKeys("alpha")
        .hasEntrySatisfying("alpha", alpha -> assertThat(alpha).isCloseTo(1.37, within(1e-12)));
    assertThat(learned(Normalizers.scaledByLogLength(Normalizers.softmax()))).containsOnlyKeys("s");
    Normalizer alpha = Normalizers.entmaxWithLearnableAlpha(1.37);
    assertThat(learned(Normalizers.softCap(3, alpha))).isEqualTo(learned(alpha));
    assertThat(learned(Normalizers.llama4Scale(0.1, 3, alpha))).isEqualTo(learned(alpha));
    // ln(1 + e^0.5), 2 tanh(-0.25)
    assertThat(
            Normalizers.asentmax()
                .learned(
                    Map.of(AdaptiveScalableEntmax.BETA, 0.5, AdaptiveScalableEntmax.GAMMA, -0.25)))
        .hasEntrySatisfying("beta", b -> assertThat(b).isCloseTo(0.9740769841801067, within(1e-12)))
        .hasEntrySatisfying("gamma", g -> assertThat(g).isCloseTo(-0.489837324, within(1e-9)));
    for (Normalizer normalizer :
        List.of(
            Normalizers.softmaxWithLearnableTemperature(1),
            Normalizers.entmaxWithLearnableAlpha(1.5),
            Normalizers.asentmax())) {
      assertThat(normalizer.learned(Map.of())).as(normalizer.type()).isEmpty();
    }
  }

  private static Map<String, Double> learned(Normalizer normalizer) {
    Map<String, Double> parameters = new HashMap<>();
    normalizer.parameters(3).forEach(p -> parameters.put(p.name(), p.initialValue()));
    return normalizer.learned(parameters);
  }

  /** 1 + softplus(b) (log n)^(2 tanh c) and its slopes, by differences. */
  @ParameterizedTest
  @CsvSource({"0.3, -0.2, 17", "-0.7, 0.4, 5", "2.5, 0.9, 101", "-1.5, -0.6, 1"})
  void adaptiveFactor(double b, double c, int keys) {
    RowFactor factor = AdaptiveLogLengthFactor.INSTANCE;
    double log = keys == 1 ? 1 : Math.log(keys);
    double expected = 1 + Math.log(1 + Math.exp(b)) * Math.pow(log, 2 * Math.tanh(c));
    assertThat(factorAt(factor, keys, b, c)).isCloseTo(expected, within(1e-12 * expected));
    assertThat(factor.parameters()).isEqualTo(2);
    HeadContext context = context(keys, b, c);
    factor.backward(1.7, context);
    double h = 1e-6;
    double byB = (factorAt(factor, keys, b + h, c) - factorAt(factor, keys, b - h, c)) / (2 * h);
    double byC = (factorAt(factor, keys, b, c + h) - factorAt(factor, keys, b, c - h)) / (2 * h);
    assertThat(context.gradient(0)).isCloseTo(1.7 * byB, within(1e-7 * (1 + Math.abs(byB))));
    assertThat(context.gradient(1)).isCloseTo(1.7 * byC, within(1e-7 * (1 + Math.abs(byC))));
  }

  private static double factorAt(RowFactor factor, int keys, double b, double c) {
    return factor.factor(context(keys, b, c));
  }

  private static HeadContext context(int keys, double b, double c) {
    HeadContext context = new HeadContext(2, 0);
    context.setParameter(0, b);
    context.setParameter(1, c);
    return context.row(keys);
  }
}
