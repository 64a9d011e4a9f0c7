package org.attention4j.examples.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.SplittableRandom;
import org.attention4j.examples.support.NamedAttention;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;

class RecallTaskTest {
  private static final int BATCH = 13;
  private static final int LENGTH = 29;

  @Test
  void theAnswerIsTheValueOfTheOnlyItemWithTheKey() {
    RecallTask task = RecallTask.ASSOCIATIVE;
    MultiDataSet questions = task.draw(BATCH, LENGTH, new SplittableRandom(3));

    for (int example = 0; example < BATCH; example++) {
      int found = -1;
      for (int item = 0; item < LENGTH; item++) {
        boolean same = true;
        for (int f = 0; f < task.keySize; f++) {
          double key = questions.getFeatures(1).getDouble(example, f, item);
          assertThat(Math.abs(key)).isEqualTo(1);
          same &= key == questions.getFeatures(0).getDouble(example, f, 0);
        }
        if (same) {
          assertThat(found).isEqualTo(-1);
          found = item;
        }
      }
      assertThat(value(questions, task, example, found)).isEqualTo(answer(questions, example));
    }
  }

  @Test
  void theAnswerIsTheValueOfTheLargestWhichStandsOut() {
    RecallTask task = RecallTask.LARGEST;
    MultiDataSet questions = task.draw(BATCH, LENGTH, new SplittableRandom(5));

    for (int example = 0; example < BATCH; example++) {
      int largest = 0;
      for (int item = 1; item < LENGTH; item++) {
        largest =
            number(questions, example, item) > number(questions, example, largest) ? item : largest;
      }
      for (int item = 0; item < LENGTH; item++) {
        if (item != largest) {
          assertThat(number(questions, example, item))
              .isLessThan(number(questions, example, largest) - 0.0999);
        }
      }
      assertThat(value(questions, task, example, largest)).isEqualTo(answer(questions, example));
    }
  }

  @Test
  void aSeedFixesQuestionsAndFirstWeightsForEveryNormalizer() {
    RecallTask task = RecallTask.LARGEST;
    assertThat(task.draw(3, 7, new SplittableRandom(1)).getFeatures(1))
        .isEqualTo(task.draw(3, 7, new SplittableRandom(1)).getFeatures(1));

    Map<String, INDArray> softmax =
        RecallModel.create(NamedAttention.parse("softmax"), task, 7, 5, 1).paramTable();
    Map<String, INDArray> ssmax =
        RecallModel.create(NamedAttention.parse("ssmax"), task, 7, 5, 1).paramTable();

    assertThat(softmax).isNotEmpty();
    assertThat(ssmax).hasSizeGreaterThan(softmax.size()).containsAllEntriesOf(softmax);
  }

  /** The query stands at the last item, so that a window hides the first ones. */
  @Test
  void anOptionReachesTheModel() {
    ComputationGraph model =
        RecallModel.create(
            NamedAttention.parse("softmax+window=3+gate"), RecallTask.LARGEST, 7, 5, 1);
    assertThat(model.paramTable().keySet()).anyMatch(name -> name.endsWith("Wgate"));

    MultiDataSet question = RecallTask.LARGEST.draw(2, 7, new SplittableRandom(1));
    INDArray query = question.getFeatures(0);
    INDArray items = question.getFeatures(1);
    INDArray answers = model.outputSingle(query, items).dup();
    items.tensorAlongDimension(3, 0, 1).assign(1);
    assertThat(model.outputSingle(query, items)).isEqualTo(answers);
    items.tensorAlongDimension(4, 0, 1).assign(1);
    assertThat(model.outputSingle(query, items)).isNotEqualTo(answers);
  }

  private static double number(MultiDataSet questions, int example, int item) {
    return questions.getFeatures(1).getDouble(example, 0, item);
  }

  private static int value(MultiDataSet questions, RecallTask task, int example, int item) {
    for (int value = 0; value < RecallTask.ANSWERS; value++) {
      if (questions.getFeatures(1).getDouble(example, task.keySize + value, item) == 1) {
        return value;
      }
    }
    return -1;
  }

  private static int answer(MultiDataSet questions, int example) {
    for (int value = 0; value < RecallTask.ANSWERS; value++) {
      if (questions.getLabels(0).getDouble(example, value, 0) == 1) {
        return value;
      }
    }
    return -2;
  }
}
