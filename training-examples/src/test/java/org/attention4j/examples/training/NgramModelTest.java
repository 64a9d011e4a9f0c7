package org.attention4j.examples.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NgramModelTest {
  private static final double V = 97;

  /**
   * Train "abac": a is followed by b and c, once each; b by a; c by nothing. N() = 4 with three
   * different symbols.
   */
  @Test
  void theSmoothedProbabilitiesAreTheHandComputedOnes() {
    Text train = Alphabet.encode("abac");
    double a = (2 + 3 / V) / 7;
    double b = (1 + 3 / V) / 7;
    double d = 3 / V / 7;

    assertThat(new NgramModel(train, 1).bits(Alphabet.encode("abd")))
        .isCloseTo(bits(a, b, d), within(1e-12));
    // b after a: (1 + 2 p(b)) / (2 + 2); d after b: (0 + 1 p(d)) / (1 + 1).
    assertThat(new NgramModel(train, 2).bits(Alphabet.encode("abd")))
        .isCloseTo(bits(a, (1 + 2 * b) / 4, d / 2), within(1e-12));
    // Nothing follows c, so that a after c is as likely as a.
    assertThat(new NgramModel(train, 2).bits(Alphabet.encode("ca")))
        .isCloseTo(bits(b, a), within(1e-12));
    // c after ba: (1 + 1 p(c | a)) / (1 + 1), with p(c | a) = p(b | a), as the counts are alike.
    double aAfterB = (1 + a) / 2;
    assertThat(new NgramModel(train, 3).bits(Alphabet.encode("bac")))
        .isCloseTo(bits(b, aAfterB, (1 + (1 + 2 * b) / 4) / 2), within(1e-12));
  }

  /** The same recursion on strings. */
  @Test
  void probabilitiesOfATextAreThoseOfTheFormula() {
    String train = "the cat sat on the mat. that rat ate the tart.\n";
    String text = "a hat at the\ntar";
    double nats = 0;
    for (int i = 0; i < text.length(); i++) {
      nats -= Math.log(probability(train, text.substring(Math.max(0, i - 2), i), text.charAt(i)));
    }

    assertThat(new NgramModel(Alphabet.encode(train), 3).bits(Alphabet.encode(text)))
        .isCloseTo(nats / Math.log(2) / text.length(), within(1e-12));
  }

  private static double probability(String train, String history, char next) {
    double lower = history.isEmpty() ? 1 / V : probability(train, history.substring(1), next);
    Map<Character, Integer> followers = new HashMap<>();
    for (int i = 0; i + history.length() < train.length(); i++) {
      if (train.startsWith(history, i)) {
        followers.merge(train.charAt(i + history.length()), 1, Integer::sum);
      }
    }
    double all = followers.values().stream().mapToInt(count -> count).sum();
    return followers.isEmpty()
        ? lower
        : (followers.getOrDefault(next, 0) + followers.size() * lower) / (all + followers.size());
  }

  @Test
  void moreContextNeedsFewerBits() {
    Baselines baselines = Baselines.of(Europarl.load());

    assertThat(baselines.unigram()).isBetween(4.3, 4.5);
    assertThat(baselines.bigram()).isBetween(3.3, baselines.unigram() - 0.5);
    assertThat(baselines.trigram()).isBetween(2.4, baselines.bigram() - 0.3);
  }

  @Test
  void baselinesAreOfTheValidationText() {
    Text validation = Alphabet.encode("abd");
    Text train = Alphabet.encode("abac");

    assertThat(Baselines.of(new Corpus("hand", train, validation, "")))
        .isEqualTo(
            new Baselines(
                new NgramModel(train, 1).bits(validation),
                new NgramModel(train, 2).bits(validation),
                new NgramModel(train, 3).bits(validation)));
  }

  private static double bits(double... probabilities) {
    double nats = 0;
    for (double probability : probabilities) {
      nats -= Math.log(probability);
    }
    return nats / Math.log(2) / probabilities.length;
  }
}
