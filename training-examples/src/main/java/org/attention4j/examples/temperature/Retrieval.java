package org.attention4j.examples.temperature;

import java.util.random.RandomGenerator;
import org.attention4j.examples.retrieval.RetrievalModel;
import org.attention4j.examples.support.NamedAttention;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * A question that only attention can answer, and the {@link RetrievalModel} that learns to, with
 * one head. Items are pairs of a key, random signs, and a value; the query is the key of one of
 * them, and the answer is its value. No other item has its key. The scores z start from the same
 * weights at all temperatures; the normalizer sees z/T.
 *
 * <p>Queries and keys start at {@link #FIRST_SHARE} of Xavier's weights. So the scores are small at
 * first, and a low T begins with rows that are not decided yet, where gradients do grow as 1/T;
 * decided rows have none.
 *
 * @param items how many there are, L
 * @param signs how many a key has
 * @param answers how many values there are
 * @param headSize the size of queries, keys and values of the head
 */
record Retrieval(int items, int signs, int answers, int headSize) {
  /** Of Xavier's weights, for queries and keys. */
  private static final double FIRST_SHARE = 0.3;

  /** The loss of a model that guesses all answers alike, in nats. */
  double chanceLoss() {
    return Math.log(answers);
  }

  /**
   * Draws questions.
   *
   * @param batch how many
   * @param random what draws them
   * @return features query [b, signs + answers, 1] and items [b, signs + answers, L], and the
   *     answers, one-hot [b, answers, 1]
   */
  MultiDataSet draw(int batch, RandomGenerator random) {
    int features = features();
    float[] query = new float[batch * features];
    float[] all = new float[batch * features * items];
    float[] labels = new float[batch * answers];
    for (int example = 0; example < batch; example++) {
      int wanted = random.nextInt(items);
      int asked = random.nextInt(1 << signs);
      sign(query, asked, example * features, 1);
      for (int item = 0; item < items; item++) {
        int first = example * features * items + item;
        sign(all, item == wanted ? asked : otherThan(asked, random), first, items);
        int value = random.nextInt(answers);
        all[first + (signs + value) * items] = 1;
        if (item == wanted) {
          labels[example * answers + value] = 1;
        }
      }
    }
    return new MultiDataSet(
        new INDArray[] {
          Nd4j.create(query, new long[] {batch, features, 1}, 'c'),
          Nd4j.create(all, new long[] {batch, features, items}, 'c')
        },
        new INDArray[] {Nd4j.create(labels, new long[] {batch, answers, 1}, 'c')});
  }

  private int features() {
    return signs + answers;
  }

  /** Any key but one, each as likely. */
  private int otherThan(int key, RandomGenerator random) {
    int other = random.nextInt((1 << signs) - 1);
    return other < key ? other : other + 1;
  }

  /** Writes the bits of a key as signs. */
  private void sign(float[] into, int key, int first, int distance) {
    for (int bit = 0; bit < signs; bit++) {
      into[first + bit * distance] = (key >> bit & 1) == 1 ? 1 : -1;
    }
  }

  /**
   * Builds a model whose first weights depend on the seed alone, not on normalizer and temperature.
   *
   * @param scaled the normalizer
   * @param temperature T
   * @param updater what makes steps of gradients
   * @param seed fixes the first weights
   * @return the model, ready to train
   */
  ComputationGraph model(
      TemperatureScaledNormalizer scaled, double temperature, IUpdater updater, long seed) {
    ComputationGraph model =
        new RetrievalModel(features(), answers, 1, headSize)
            .create(
                NamedAttention.of(scaled.normalizer(temperature)),
                scaled.scoreDivisor(temperature),
                items,
                updater,
                seed);
    model
        .paramTable()
        .forEach(
            (name, weights) -> {
              if (name.endsWith("Wq") || name.endsWith("Wk")) {
                weights.muli(FIRST_SHARE);
              }
            });
    return model;
  }
}
