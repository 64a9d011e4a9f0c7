package org.attention4j.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How often tokens are drawn against the formula, computed in another way. */
class SamplerTest {
  private static final int[] NONE = {};
  private static final int DRAWS = 40_000;

  /** No power sums: two of them are equal, one is zero, and they do not add up to one. */
  private static final double[] PROBABILITIES = {0.03, 0.19, 0, 0.31, 0.11, 0.19, 0.05, 0.02};

  /** T, k, P, penalty, and what is in the text. */
  static Stream<Arguments> options() {
    return Stream.of(
        Arguments.of(1.0, 0, 1.0, 1.0, NONE),
        Arguments.of(0.6, 0, 1.0, 1.0, NONE),
        Arguments.of(1.7, 0, 1.0, 1.0, NONE),
        Arguments.of(1.0, 3, 1.0, 1.0, NONE),
        Arguments.of(1.0, 2, 1.0, 1.0, NONE),
        Arguments.of(1.0, 100, 1.0, 1.0, NONE),
        Arguments.of(1.0, 0, 0.5, 1.0, NONE),
        Arguments.of(1.0, 0, 0.9, 1.0, NONE),
        Arguments.of(1.0, 0, 0.01, 1.0, NONE),
        Arguments.of(1.3, 5, 0.8, 1.0, NONE),
        Arguments.of(1.0, 0, 1.0, 1.4, new int[] {3, 3, 4, 99}),
        Arguments.of(0.8, 4, 0.95, 1.2, new int[] {0, 1, 3}));
  }

  /** By lists of tokens and powers, where the sampler has arrays of exponentials. */
  private static double[] expected(double t, int k, double share, double penalty, int[] text) {
    double sum = 0;
    for (double p : PROBABILITIES) {
      sum += p;
    }
    double[] q = new double[PROBABILITIES.length];
    for (int token = 0; token < q.length; token++) {
      int own = token;
      double power = IntStream.of(text).anyMatch(other -> other == own) ? penalty : 1;
      q[token] = Math.pow(PROBABILITIES[token] / sum, power / t);
    }
    List<Integer> order = new ArrayList<>(IntStream.range(0, q.length).boxed().toList());
    order.sort(Comparator.comparing((Integer token) -> -q[token]).thenComparing(token -> token));
    List<Integer> left = order.subList(0, k == 0 ? q.length : Math.min(k, q.length));
    double all = left.stream().mapToDouble(token -> q[token]).sum();
    double[] result = new double[q.length];
    double held = 0;
    for (int token : left) {
      if (held < share * all) {
        result[token] = q[token];
        held += q[token];
      }
    }
    for (int token = 0; token < q.length; token++) {
      result[token] /= held;
    }
    return result;
  }

  @ParameterizedTest
  @MethodSource("options")
  void drawsByTheFormula(double t, int k, double share, double penalty, int[] text) {
    Sampler sampler =
        Sampler.builder()
            .temperature(t)
            .topK(k)
            .topP(share)
            .repetitionPenalty(penalty)
            .seed(73)
            .build();
    double[] expected = expected(t, k, share, penalty, text);
    int[] counts = new int[expected.length];
    for (int i = 0; i < DRAWS; i++) {
      counts[sampler.next(PROBABILITIES, text)]++;
    }
    for (int token = 0; token < counts.length; token++) {
      double p = expected[token];
      double deviation = Math.sqrt(DRAWS * p * (1 - p));
      assertThat((double) counts[token])
          .as("token %d", token)
          .isBetween(DRAWS * p - 5 * deviation, DRAWS * p + 5 * deviation);
    }
  }

  @Test
  void greedyTakesTheFirstOfTheLargest() {
    assertThat(Sampler.greedy().next(new double[] {0.1, 0.4, 0.1, 0.4}, NONE)).isEqualTo(1);
    Sampler penalised = Sampler.builder().greedy(true).repetitionPenalty(1.2).build();
    assertThat(penalised.next(new double[] {0.1, 0.4, 0.1, 0.4}, new int[] {1})).isEqualTo(3);
    assertThat(penalised.next(new double[] {0.1, 0.8, 0.1}, new int[] {1})).isEqualTo(1);
  }

  @Test
  void someTokensAreNeverTaken() {
    double[] p = {0.1, 0.8, 0.1};
    assertThat(Sampler.builder().greedy(true).without(1, 77).build().next(p, NONE)).isZero();
    Sampler sampler = Sampler.builder().without(1, 0).build();
    assertThat(Stream.generate(() -> sampler.next(p, NONE)).limit(30)).containsOnly(2);
  }

  @Test
  void theSeedFixesTheDraws() {
    assertThat(draws(5)).isEqualTo(draws(5)).isNotEqualTo(draws(6));
  }

  private static List<Integer> draws(long seed) {
    Sampler sampler = Sampler.builder().seed(seed).build();
    return Stream.generate(() -> sampler.next(PROBABILITIES, NONE)).limit(50).toList();
  }

  /** As large as a real one, with probabilities far apart: nothing overflows or is lost. */
  @Test
  void aLargeVocabulary() {
    Random random = new Random(3);
    double[] p = random.doubles(50_257).map(x -> Math.exp(-300 * x)).toArray();
    p[40_009] = 1e5;
    for (double t : new double[] {0.01, 1}) {
      Sampler sampler = Sampler.builder().temperature(t).topP(0.9).seed(1).build();
      assertThat(sampler.next(p, NONE)).isEqualTo(40_009);
    }
    assertThat(Sampler.builder().topK(1).seed(2).build().next(p, NONE)).isEqualTo(40_009);
  }

  @Test
  void wrongOptionsAreNamed() {
    refuses(Sampler.builder().temperature(0), "temperature is 0.0 but must be positive");
    refuses(Sampler.builder().temperature(Double.NaN), "temperature is NaN");
    refuses(Sampler.builder().topK(-1), "topK is -1 but must be at least 1");
    refuses(Sampler.builder().topP(0), "topP is 0.0 but must be above 0");
    refuses(Sampler.builder().topP(1.01), "topP is 1.01 but must be above 0");
    refuses(Sampler.builder().without(3, -1), "without is -1 but must be");
    refuses(Sampler.builder().repetitionPenalty(0.9), "repetitionPenalty is 0.9 but must be");
  }

  private static void refuses(Sampler.Builder builder, String message) {
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Sampler: " + message);
  }

  @Test
  void wrongProbabilitiesAreNamed() {
    for (double wrong : new double[] {-0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> Sampler.greedy().next(new double[] {0.5, wrong}, NONE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "Sampler: the probability of token 1 is %s but must be finite and at least 0.",
              wrong);
    }
    assertThatThrownBy(() -> Sampler.greedy().next(new double[3], NONE))
        .hasMessageContaining("may be chosen are 0");
  }
}
