package org.attention4j.examples.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.attention4j.examples.support.NamedAttention;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

class LanguageModelTest {
  private static final NamedAttention SOFTMAX = NamedAttention.parse("softmax");
  private static final Settings SMALL = new Settings(7, 3, 2, 12, 3, 5);

  @Test
  void everyNormalizerStartsFromTheSameWeights() {
    ComputationGraph softmax = LanguageModel.ofAnyLength(SOFTMAX, SMALL);
    ComputationGraph ssmax = LanguageModel.ofAnyLength(NamedAttention.parse("ssmax"), SMALL);
    Map<String, INDArray> own = ssmax.paramTable();

    assertThat(own).hasSize(softmax.paramTable().size() + Settings.BLOCKS);
    assertThat(ssmax.numParams())
        .isEqualTo(softmax.numParams() + (long) Settings.BLOCKS * SMALL.heads());
    softmax
        .paramTable()
        .forEach((name, values) -> assertThat(own.get(name)).as(name).isEqualTo(values));
  }

  @Test
  void anotherSeedGivesOtherWeights() {
    ComputationGraph one = LanguageModel.ofAnyLength(SOFTMAX, SMALL);
    ComputationGraph other = LanguageModel.ofAnyLength(SOFTMAX, new Settings(7, 3, 2, 12, 3, 6));

    assertThat(other.params()).isNotEqualTo(one.params());
  }

  @Test
  void noCharacterIsGuessedFromLaterOnes() {
    ComputationGraph model = LanguageModel.ofAnyLength(NamedAttention.parse("entmax:1.5"), SMALL);
    INDArray early = guesses(model, "abcdefgh");
    INDArray changed = guesses(model, "abcdeXYZ");

    for (int t = 0; t < 5; t++) {
      assertThat(at(changed, t)).as("step %d", t).isEqualTo(at(early, t));
    }
    assertThat(at(changed, 5)).isNotEqualTo(at(early, 5));
  }

  /** Trained or not, what a model guesses at a position does not depend on what comes later. */
  @Test
  void aLongerContextThanThatOfTheTrainingBeginsWithTheSameGuesses() {
    ComputationGraph model = LanguageModel.ofAnyLength(NamedAttention.parse("ssmax"), SMALL);
    DataSet windows =
        new Windows(Alphabet.encode("abcdefghabcdefgha"), 7).spread(1, 1, 2, 2).get(0);
    INDArray guesses = model.outputSingle(windows.getFeatures()).dup();
    INDArray early = guesses(model, "abcdefgh");

    assertThat(guesses.shape()).containsExactly(1, Alphabet.SIZE, 14);
    for (int t = 0; t < 7; t++) {
      assertThat(at(guesses, t).equalsWithEps(at(early, t), 1e-6)).as("step %d", t).isTrue();
    }
  }

  @Test
  void theFirstBlockTellsPositionsApartAndTheOthersDoNot() {
    ComputationGraph model = LanguageModel.ofAnyLength(SOFTMAX, SMALL);

    assertThat(model.getConfiguration().toJson())
        .containsOnlyOnce("\"position\" : \"ALIBI\"")
        .containsOnlyOnce("\"position\" : \"NONE\"")
        .doesNotContain("LearnedPositionEmbedding");
    assertThat(LanguageModel.create(SOFTMAX, SMALL, 1).getConfiguration().toJson())
        .doesNotContain("ALIBI")
        .contains("LearnedPositionEmbedding");
  }

  @Test
  void everyBlockHasTheOptionsAndStartsFromTheSameWeights() {
    ComputationGraph plain = LanguageModel.ofAnyLength(SOFTMAX, SMALL);
    ComputationGraph all =
        LanguageModel.ofAnyLength(
            NamedAttention.parse("softmax+gate=head+window=5+first-keys=2+qk-norm"), SMALL);

    for (String layer : LanguageModel.attentionLayers()) {
      assertThat(all.getLayer(layer).conf().getLayer().toString())
          .contains(
              "outputGate=PER_HEAD",
              "slidingWindow=5",
              "firstKeys=2",
              "qkNorm=true",
              "causal=true");
      assertThat(all.paramTable()).containsKeys(layer + "_Wgate", layer + "_bgate", layer + "_gq");
    }
    plain
        .paramTable()
        .forEach(
            (name, values) -> assertThat(all.paramTable().get(name)).as(name).isEqualTo(values));
  }

  @Test
  void gatesStandInPlaceOfOtherPositions() {
    ComputationGraph model =
        LanguageModel.ofAnyLength(NamedAttention.parse("softmax+forgetting"), SMALL);

    assertThat(model.getConfiguration().toJson())
        .contains("\"position\" : \"FORGETTING\"")
        .doesNotContain("\"position\" : \"ALIBI\"", "\"position\" : \"NONE\"");
    assertThat(model.paramTable()).containsKeys("block-0_Wforget", "block-1_bforget");
  }

  @Test
  void labelsAreTheNextCharacters() {
    Windows windows = new Windows(Alphabet.encode("abcdefghijk"), 7);
    DataSet drawn = windows.random(3, new SplittableRandom(1));

    assertThat(drawn.getFeatures().shape()).containsExactly(3, 1, 7);
    INDArray next = drawn.getLabels();
    assertThat(next.shape()).containsExactly(3, 1, 7);
    for (int example = 0; example < 3; example++) {
      for (int t = 0; t < 7; t++) {
        // The text is the alphabet, so the next symbol is the symbol plus one.
        assertThat(next.getInt(example, 0, t))
            .isEqualTo(drawn.getFeatures().getInt(example, 0, t) + 1);
      }
    }
  }

  @Test
  void validationWindowsSpreadWithoutOverlap() {
    List<DataSet> parts = new Windows(Alphabet.encode("abcdefghijklmnopqrstu"), 5).spread(3, 2);

    assertThat(parts).extracting(DataSet::numExamples).containsExactly(2, 1);
    assertThat(parts.get(0).getFeatures().getInt(0, 0, 0)).isEqualTo(symbol("a"));
    assertThat(parts.get(0).getFeatures().getInt(1, 0, 0)).isEqualTo(symbol("f"));
    assertThat(parts.get(1).getFeatures().getInt(0, 0, 0)).isEqualTo(symbol("k"));
  }

  /** The text is a run of the alphabet, so that a symbol tells its position. */
  @Test
  void longerWindowsJudgeTheSameCharacters() {
    Windows windows = new Windows(Alphabet.encode("abcdefghijklmnopqrstuvwxyz"), 3);
    int a = symbol("a");

    for (int multiple : new int[] {1, 2, 4}) {
      List<DataSet> parts = windows.spread(3, 2, multiple, 4);
      assertThat(parts).extracting(DataSet::numExamples).containsExactly(2, 1);
      int window = 0;
      for (DataSet part : parts) {
        for (int i = 0; i < part.numExamples(); i++) {
          // Eight windows of 3 and one character after; the first three stand before.
          int judged = a + 9 + (window++ * 5 / 3) * 3;
          int length = 3 * multiple;
          assertThat(part.getFeatures().size(2)).isEqualTo(length);
          for (int t = 0; t < length; t++) {
            int symbol = judged - (length - 3) + t;
            assertThat(part.getFeatures().getInt(i, 0, t)).isEqualTo(symbol);
            assertThat(part.getLabels().getInt(i, 0, t)).isEqualTo(symbol + 1);
            assertThat(
                    part.getLabelsMaskArray() == null
                        || part.getLabelsMaskArray().getInt(i, t) == 1)
                .as("position %d counts", t)
                .isEqualTo(t >= length - 3);
          }
        }
      }
    }
  }

  private static int symbol(String character) {
    return Alphabet.encode(character).symbol(0);
  }

  private static INDArray guesses(ComputationGraph model, String text) {
    DataSet window = new Windows(Alphabet.encode(text), 7).spread(1, 1).get(0);
    return model.outputSingle(window.getFeatures()).dup();
  }

  private static INDArray at(INDArray guesses, int step) {
    return guesses.tensorAlongDimension(step, 1).dup();
  }
}
