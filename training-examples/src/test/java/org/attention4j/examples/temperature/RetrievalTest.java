package org.attention4j.examples.temperature;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.SplittableRandom;
import org.attention4j.examples.retrieval.RetrievalModel;
import org.attention4j.examples.support.NamedAttention;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.learning.config.Sgd;

class RetrievalTest {
  private static final int BATCH = 13;

  private final Retrieval task = new Retrieval(7, 3, 5, 11);

  @Test
  void theAnswerIsTheValueOfTheOnlyItemWithTheKey() {
    MultiDataSet questions = task.draw(BATCH, new SplittableRandom(3));
    INDArray query = questions.getFeatures(0);
    INDArray items = questions.getFeatures(1);

    assertThat(query.shape()).containsExactly(BATCH, 3 + 5, 1);
    assertThat(items.shape()).containsExactly(BATCH, 3 + 5, 7);
    for (int example = 0; example < BATCH; example++) {
      int found = -1;
      for (int item = 0; item < 7; item++) {
        boolean same = true;
        for (int sign = 0; sign < 3; sign++) {
          assertThat(Math.abs(items.getDouble(example, sign, item))).isEqualTo(1);
          same &= items.getDouble(example, sign, item) == query.getDouble(example, sign, 0);
        }
        if (same) {
          assertThat(found).isEqualTo(-1);
          found = item;
        }
        assertThat(valueSum(items, example, item)).isEqualTo(1);
      }
      assertThat(valueSum(query, example, 0)).isZero();
      for (int value = 0; value < 5; value++) {
        assertThat(questions.getLabels(0).getDouble(example, value, 0))
            .isEqualTo(items.getDouble(example, 3 + value, found));
      }
    }
  }

  @Test
  void aSeedFixesTheFirstWeightsForEveryNormalizerAndTemperature() {
    Map<String, INDArray> softmax = weights("softmax", 1, 1);
    Map<String, INDArray> ssmax = weights("ssmax", 0.01, 1);

    assertThat(ssmax).hasSizeGreaterThan(softmax.size()).containsAllEntriesOf(softmax);
    assertThat(weights("softmax", 1, 2)).isNotEqualTo(softmax);
  }

  @Test
  void queriesAndKeysStartAtThreeTenthsOfXaviersWeights() {
    Map<String, INDArray> xavier =
        new RetrievalModel(3 + 5, 5, 1, 11)
            .create(NamedAttention.parse("softmax"), 1, 7, new Sgd(1), 1)
            .paramTable();
    Map<String, INDArray> own = weights("softmax", 0.01, 1);

    assertThat(own).hasSameSizeAs(xavier);
    assertThat(own.keySet()).filteredOn(name -> name.matches(".*W[qk]")).hasSize(2);
    xavier.forEach(
        (name, weights) ->
            assertThat(own.get(name))
                .as(name)
                .isEqualTo(name.matches(".*W[qk]") ? weights.mul(0.3) : weights));
  }

  @Test
  void guessingCostsTheLogarithmOfTheAnswers() {
    assertThat(task.chanceLoss()).isEqualTo(Math.log(5));
  }

  private static double valueSum(INDArray features, int example, int item) {
    double sum = 0;
    for (int value = 0; value < 5; value++) {
      sum += features.getDouble(example, 3 + value, item);
    }
    return sum;
  }

  private Map<String, INDArray> weights(String label, double temperature, long seed) {
    return task.model(TemperatureScaledNormalizer.of(label), temperature, new Sgd(1), seed)
        .paramTable();
  }
}
