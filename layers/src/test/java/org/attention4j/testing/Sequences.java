package org.attention4j.testing;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Sequences, labels and masks for {@link TestNetworks}. */
public final class Sequences {
  private Sequences() {}

  /** Normal numbers [examples, SIZE, steps]. */
  public static INDArray input(DataType type, int examples, int steps) {
    return input(type, 0, examples, steps);
  }

  /** Normal numbers for the input of that number, [examples, its size, steps]. */
  public static INDArray input(DataType type, int index, int examples, int steps) {
    return Nd4j.randn(DataType.DOUBLE, examples, Sizes.input(index), steps).castTo(type);
  }

  /**
   * The same queries, keys and values at each call, for a network's inputs 0, 1 and 2: of EXAMPLES
   * sequences, the queries of STEPS steps.
   */
  public static INDArray[] queriesKeysValues(DataType type, int keys) {
    Nd4j.getRandom().setSeed(3);
    return new INDArray[] {
      input(type, 0, Sizes.EXAMPLES, Sizes.STEPS),
      input(type, 1, Sizes.EXAMPLES, keys),
      input(type, 2, Sizes.EXAMPLES, keys)
    };
  }

  /** One of the classes for each step, [examples, CLASSES, steps]. */
  public static INDArray labels(DataType type, int examples, int steps) {
    INDArray labels = Nd4j.zeros(type, examples, Sizes.CLASSES, steps);
    for (int example = 0; example < examples; example++) {
      for (int step = 0; step < steps; step++) {
        labels.putScalar(example, (7 * example + 3 * step) % Sizes.CLASSES, step, 1);
      }
    }
    return labels;
  }

  /** Padding at the end, a different length for each example, the first one whole. */
  public static INDArray mask(DataType type, int examples, int steps) {
    INDArray mask = Nd4j.ones(type, examples, steps);
    for (int example = 1; example < examples; example++) {
      for (int step = Math.max(1, steps - 3 * example); step < steps; step++) {
        mask.putScalar(example, step, 0);
      }
    }
    return mask;
  }

  /**
   * Padding on both sides, a gap, and an example of which nothing counts, [EXAMPLES, STEPS]; the
   * second example is padded as in {@link #mask}.
   */
  public static INDArray maskWithGap(DataType type) {
    INDArray mask = mask(type, Sizes.EXAMPLES, Sizes.STEPS);
    mask.putScalar(0, 0, 0);
    mask.putScalar(0, 3, 0);
    mask.getRow(Sizes.EXAMPLES - 1).assign(0);
    return mask;
  }

  /** The same batch at each call, of EXAMPLES sequences of STEPS steps. */
  public static DataSet batch(DataType type, boolean masked) {
    Nd4j.getRandom().setSeed(103);
    return batch(type, Sizes.EXAMPLES, Sizes.STEPS, masked);
  }

  /** Inputs and labels, if wanted both under {@link #mask}. */
  public static DataSet batch(DataType type, int examples, int steps, boolean masked) {
    @Nullable INDArray mask = masked ? mask(type, examples, steps) : null;
    return new DataSet(input(type, examples, steps), labels(type, examples, steps), mask, mask);
  }
}
