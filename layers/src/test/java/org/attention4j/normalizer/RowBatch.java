package org.attention4j.normalizer;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Test data: scores [b, h, Tq, Tk], which keys are visible (one or zero) and g = dL/dp, all in row
 * order. What stands in {@code scores} at a masked key is noise that must not matter.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RowBatch(
    int examples,
    int heads,
    int queries,
    int keys,
    double[] scores,
    double[] visible,
    double[] weightsGradient) {

  /** The kinds of scores that have broken implementations. */
  enum Scores {
    /** Logits as they come out of a layer. */
    USUAL {
      @Override
      DoubleSupplier source(Random random) {
        return () -> 2 * random.nextGaussian();
      }
    },
    /** Every row is full of ties, at zero too. */
    TIED {
      @Override
      DoubleSupplier source(Random random) {
        return () -> 0.5 * (random.nextInt(5) - 2);
      }
    },
    HUGE {
      @Override
      DoubleSupplier source(Random random) {
        return () -> 2e4 * (random.nextDouble() - 0.5);
      }
    },
    /** Far from zero, close to one another. */
    FAR {
      @Override
      DoubleSupplier source(Random random) {
        return () -> 1e4 + random.nextGaussian();
      }
    },
    TINY {
      @Override
      DoubleSupplier source(Random random) {
        return () -> 1e-6 * random.nextGaussian();
      }
    };

    abstract DoubleSupplier source(Random random);
  }

  /**
   * A batch with sizes that are distinct primes, so that no two axes can be confused.
   *
   * @param masked whether keys are masked at random, and two rows fully
   */
  static RowBatch random(Scores kind, boolean masked, long seed) {
    return random(kind, masked, seed, 2, 3, 5, 11);
  }

  static RowBatch random(
      Scores kind, boolean masked, long seed, int examples, int heads, int queries, int keys) {
    Random random = new Random(seed);
    DoubleSupplier source = kind.source(random);
    int length = examples * heads * queries * keys;
    double[] scores = fill(length, () -> (float) source.getAsDouble());
    double[] gradient = fill(length, () -> (float) random.nextGaussian());
    double[] visible = fill(length, () -> !masked || random.nextInt(3) > 0 ? 1 : 0);
    if (masked) {
      int last = length - keys;
      Arrays.fill(visible, 0, keys, 0);
      Arrays.fill(visible, last, length, 0);
      // One row that sees a single key.
      Arrays.fill(visible, keys, 2 * keys, 0);
      visible[keys + Math.min(3, keys - 1)] = 1;
    }
    return new RowBatch(examples, heads, queries, keys, scores, visible, gradient);
  }

  private static double[] fill(int length, DoubleSupplier source) {
    double[] values = new double[length];
    Arrays.setAll(values, i -> source.getAsDouble());
    return values;
  }

  RowBatch withScores(double[] other) {
    return new RowBatch(examples, heads, queries, keys, other, visible, weightsGradient);
  }

  int rows() {
    return examples * heads * queries;
  }

  int head(int row) {
    return row / queries % heads;
  }

  boolean isVisible(int row, int key) {
    return visible[row * keys + key] == 1;
  }

  int visibleCount(int row) {
    return (int) Arrays.stream(visible, row * keys, (row + 1) * keys).sum();
  }

  /** The scores of a row's visible keys, in order. */
  double[] visibleScores(int row) {
    double[] result = new double[visibleCount(row)];
    int next = 0;
    for (int key = 0; key < keys; key++) {
      if (isVisible(row, key)) {
        result[next++] = scores[row * keys + key];
      }
    }
    return result;
  }

  INDArray array(double[] values, DataType type) {
    return Nd4j.createFromArray(values).reshape(examples, heads, queries, keys).castTo(type);
  }
}
