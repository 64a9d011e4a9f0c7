package org.attention4j.contract;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Rows to try a normalizer on, all values in row order. What stands in {@code scores} at a masked
 * key is noise that must not matter.
 *
 * @param examples b
 * @param heads h
 * @param queries Tq
 * @param keys Tk
 * @param scores the scores, [b, h, Tq, Tk]
 * @param visible one where a key is visible and zero where it is masked, [b, h, Tq, Tk]
 * @param weightsGradient g = dL/dp, [b, h, Tq, Tk]
 */
public record RowBatch(
    int examples,
    int heads,
    int queries,
    int keys,
    double[] scores,
    double[] visible,
    double[] weightsGradient) {

  /** The kinds of scores that have broken implementations. */
  public enum Scores {
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
    /** Up to ten thousand, either sign. */
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
    /** All but equal. */
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
   * @param kind what the scores look like
   * @param masked whether keys are masked at random, and two rows fully
   * @param seed of the random numbers
   * @return 2 examples, 3 heads, 5 queries, 11 keys
   */
  public static RowBatch random(Scores kind, boolean masked, long seed) {
    return random(kind, masked, seed, 2, 3, 5, 11);
  }

  /**
   * A batch of chosen sizes.
   *
   * @param kind what the scores look like
   * @param masked whether keys are masked at random, and two rows fully
   * @param seed of the random numbers
   * @param examples b
   * @param heads h
   * @param queries Tq
   * @param keys Tk
   * @return the batch
   */
  public static RowBatch random(
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

  /**
   * The same rows with masked keys after theirs; their scores are noise.
   *
   * @param more how many keys to add
   * @return the batch, Tk + more keys long
   */
  public RowBatch padded(int more) {
    return new RowBatch(
        examples,
        heads,
        queries,
        keys + more,
        padded(scores, more, 1e30),
        padded(visible, more, 0),
        padded(weightsGradient, more, 1));
  }

  private double[] padded(double[] values, int more, double padding) {
    double[] result = fill(rows() * (keys + more), () -> padding);
    for (int row = 0; row < rows(); row++) {
      System.arraycopy(values, row * keys, result, row * (keys + more), keys);
    }
    return result;
  }

  /**
   * One row of values.
   *
   * @param values one for each key of each row
   * @param row counted from 0
   * @return the values at the row's keys
   */
  public double[] row(double[] values, int row) {
    return Arrays.copyOfRange(values, row * keys, (row + 1) * keys);
  }

  private static double[] fill(int length, DoubleSupplier source) {
    double[] values = new double[length];
    Arrays.setAll(values, i -> source.getAsDouble());
    return values;
  }

  /**
   * The same batch with other scores.
   *
   * @param other the scores
   * @return the batch
   */
  public RowBatch withScores(double[] other) {
    return new RowBatch(examples, heads, queries, keys, other, visible, weightsGradient);
  }

  /**
   * The number of rows.
   *
   * @return b * h * Tq
   */
  public int rows() {
    return examples * heads * queries;
  }

  /**
   * The head that a row belongs to.
   *
   * @param row counted from 0
   * @return the head
   */
  public int head(int row) {
    return row / queries % heads;
  }

  /**
   * Whether a row sees a key.
   *
   * @param row counted from 0
   * @param key counted from 0
   * @return whether it does
   */
  public boolean isVisible(int row, int key) {
    return visible[row * keys + key] == 1;
  }

  /**
   * The number of visible keys of a row.
   *
   * @param row counted from 0
   * @return n
   */
  public int visibleCount(int row) {
    return (int) Arrays.stream(visible, row * keys, (row + 1) * keys).sum();
  }

  /**
   * The scores of a row's visible keys, in order.
   *
   * @param row counted from 0
   * @return n scores
   */
  public double[] visibleScores(int row) {
    double[] result = new double[visibleCount(row)];
    int next = 0;
    for (int key = 0; key < keys; key++) {
      if (isVisible(row, key)) {
        result[next++] = scores[row * keys + key];
      }
    }
    return result;
  }

  /**
   * Values in row order as an array.
   *
   * @param values one for each key of each row
   * @param type FLOAT, DOUBLE or HALF
   * @return the array, shape [b, h, Tq, Tk]
   */
  public INDArray array(double[] values, DataType type) {
    return Nd4j.createFromArray(values).reshape(examples, heads, queries, keys).castTo(type);
  }
}
