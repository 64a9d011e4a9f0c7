package org.attention4j.examples.retrieval;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A question about L items with a known answer, the same question at any L.
 *
 * <p>Features: the query [b, {@link #features}, 1] and the items [b, {@link #features}, L]; label:
 * the answer, one-hot [b, {@link #ANSWERS}, 1].
 */
public enum RecallTask {
  /**
   * Items are pairs of a key, random signs, and a value; the query is the key of one of them. The
   * answer is its value. No other item has its key.
   */
  ASSOCIATIVE("associative recall", 16) {
    @Override
    int fill(float[] query, float[] items, int length, int example, RandomGenerator random) {
      int wanted = random.nextInt(length);
      int answer = 0;
      float[] key = signs(random);
      for (int i = 0; i < length; i++) {
        float[] own = i == wanted ? key : otherThan(key, random);
        for (int f = 0; f < own.length; f++) {
          items[index(example, f, i, length)] = own[f];
        }
        int value = random.nextInt(ANSWERS);
        items[index(example, own.length + value, i, length)] = 1;
        answer = i == wanted ? value : answer;
      }
      for (int f = 0; f < key.length; f++) {
        query[example * features() + f] = key[f];
      }
      return answer;
    }

    private float[] otherThan(float[] key, RandomGenerator random) {
      float[] other = signs(random);
      while (Arrays.equals(other, key)) {
        other = signs(random);
      }
      return other;
    }

    private float[] signs(RandomGenerator random) {
      float[] signs = new float[keySize];
      for (int f = 0; f < signs.length; f++) {
        signs[f] = random.nextBoolean() ? 1 : -1;
      }
      return signs;
    }
  },

  /**
   * Items are a number between 0 and 4 and a value; the query says nothing. The answer is the value
   * of the item with the largest number, which is at least 0.1 above the next at any L, so that
   * only attention can make longer questions harder.
   */
  LARGEST("finding the largest", 2) {
    private static final double MIN_LARGEST = 2;
    private static final double MAX_LARGEST = 4;
    private static final double MARGIN = 0.1;

    @Override
    int fill(float[] query, float[] items, int length, int example, RandomGenerator random) {
      double largest = random.nextDouble(MIN_LARGEST, MAX_LARGEST);
      int wanted = random.nextInt(length);
      int answer = 0;
      for (int i = 0; i < length; i++) {
        double number = i == wanted ? largest : random.nextDouble(0, largest - MARGIN);
        items[index(example, 0, i, length)] = (float) number;
        items[index(example, 1, i, length)] = 1;
        int value = random.nextInt(ANSWERS);
        items[index(example, 2 + value, i, length)] = 1;
        answer = i == wanted ? value : answer;
      }
      query[example * features() + 1] = 1;
      return answer;
    }
  };

  /** How many values there are. */
  public static final int ANSWERS = 16;

  private final String label;
  final int keySize;

  RecallTask(String label, int keySize) {
    this.label = label;
    this.keySize = keySize;
  }

  /**
   * The task in a few words.
   *
   * @return its name in tables
   */
  public String label() {
    return label;
  }

  /**
   * How many numbers describe an item or the query.
   *
   * @return the size of the features
   */
  public int features() {
    return keySize + ANSWERS;
  }

  /**
   * Draws questions.
   *
   * @param batch how many
   * @param length L, at least 1
   * @param random what draws them
   * @return features query and items, and the answers
   */
  public MultiDataSet draw(int batch, int length, RandomGenerator random) {
    float[] query = new float[batch * features()];
    float[] items = new float[batch * features() * length];
    float[] labels = new float[batch * ANSWERS];
    for (int example = 0; example < batch; example++) {
      int answer = fill(query, items, length, example, random);
      labels[example * ANSWERS + answer] = 1;
    }
    return new MultiDataSet(
        new INDArray[] {
          Nd4j.create(query, new long[] {batch, features(), 1}, 'c'),
          Nd4j.create(items, new long[] {batch, features(), length}, 'c')
        },
        new INDArray[] {Nd4j.create(labels, new long[] {batch, ANSWERS, 1}, 'c')});
  }

  /** Writes one question and returns its answer. */
  abstract int fill(float[] query, float[] items, int length, int example, RandomGenerator random);

  /** Where a number of an item stands among all. */
  int index(int example, int feature, int item, int length) {
    return (example * features() + feature) * length + item;
  }
}
