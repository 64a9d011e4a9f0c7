package org.attention4j.bench.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.attention4j.bench.compare.PyTorch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ModelsTest {
  private static final ModelSize SIZE = ModelSize.TINY;

  /** Of probabilities; three layers of rounding, each of some units in the last place. */
  private static final float ROUNDING = 1e-6f;

  private static LanguageModel build(Framework framework) {
    assumeTrue(
        framework == Framework.OURS || PyTorch.version().isPresent(),
        "no PyTorch for this platform");
    return framework.build(SIZE);
  }

  /** Mean cross-entropy in double precision. */
  private static double crossEntropy(float[] probabilities) {
    long[] next = ModelData.draw(SIZE).next();
    double sum = 0;
    for (int i = 0; i < next.length; i++) {
      sum -= Math.log(probabilities[i * SIZE.vocabulary() + Math.toIntExact(next[i])]);
    }
    return sum / next.length;
  }

  @ParameterizedTest
  @EnumSource
  void lossIsTheCrossEntropyBeforeTheUpdate(Framework framework) {
    try (LanguageModel model = build(framework)) {
      for (int step = 0; step < 3; step++) {
        double expected = crossEntropy(model.probabilities());
        model.fit();
        assertThat(model.loss()).isCloseTo(expected, within(1e-5));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void trainingLowersTheLoss(Framework framework) {
    try (LanguageModel model = build(framework)) {
      model.fit();
      double first = model.loss();
      for (int step = 0; step < 20; step++) {
        model.fit();
      }
      assertThat(model.loss()).isLessThan(first - 0.1);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OURS")
  void peerTrainsAsOurs(Framework peer) {
    try (LanguageModel ours = build(Framework.OURS);
        LanguageModel other = build(peer)) {
      assertThat(other.probabilities()).containsExactly(ours.probabilities(), offset(ROUNDING));
      for (int step = 0; step < 4; step++) {
        ours.fit();
        other.fit();
        assertThat(other.loss()).isCloseTo(ours.loss(), within(1e-5 * ours.loss()));
      }
      assertThat(other.probabilities()).containsExactly(ours.probabilities(), offset(1e-4f));
    }
  }

  @ParameterizedTest
  @EnumSource
  void outputChangesNothing(Framework framework) {
    try (LanguageModel model = build(framework)) {
      float[] before = model.probabilities();
      ModelPass.OUTPUT.run(model);
      assertThat(model.probabilities()).containsExactly(before);
      ModelPass.FIT.run(model);
      assertThat(model.probabilities()).isNotEqualTo(before);
    }
  }

  @Test
  void tokensAreNextOfTheOneBefore() {
    ModelData data = ModelData.draw(ModelSize.S);
    int followed = 0;
    for (int i = 0; i < data.tokens().length; i++) {
      assertThat(data.tokens()[i]).isBetween(0L, 96L);
      assertThat(data.next()[i]).isBetween(0L, 96L);
      if (i % 128 != 0) {
        assertThat(data.tokens()[i]).isEqualTo(data.next()[i - 1]);
      }
      if (data.next()[i] == (data.tokens()[i] * 5 + 7) % 97) {
        followed++;
      }
    }
    // Three quarters, and one in 97 of the others: 1540 of 2048, standard deviation 20.
    assertThat(followed).isBetween(1440, 1640);
  }

  @ParameterizedTest
  @CsvSource({"S, 97, 2048", "M, 97, 2048", "L, 97, 1024", "tiny, 13, 35"})
  void sizesHaveNames(String name, int vocabulary, int tokens) {
    ModelSize size = ModelSize.of(name);
    assertThat(size.vocabulary()).isEqualTo(vocabulary);
    assertThat(size.tokens()).isEqualTo(tokens);
  }

  @Test
  void unknownSizeIsNamed() {
    assertThatThrownBy(() -> ModelSize.of("XL"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The size is 'XL' but must be one of tiny, S, M, L.");
  }

  @Test
  void unknownParameterIsNamed() {
    ModelWeights weights = ModelWeights.draw(SIZE);
    assertThatThrownBy(() -> weights.values("query")).hasMessage("There is no parameter 'query'.");
  }
}
