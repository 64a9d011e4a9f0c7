package org.attention4j.internal.graph;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Reads one class for each step of sequences, such as token ids or labels, and checks them. What
 * stands at a masked step is not read.
 */
public final class TokenIds {
  /** The class at a masked step. */
  public static final int HIDDEN = -1;

  private final String owner;
  private final String what;
  private final long classes;

  /**
   * Says whose classes are read, for the messages of errors.
   *
   * @param owner the layer, such as {@code TokenEmbedding 'tokens'}
   * @param what what one class is, such as {@code the token id}
   * @param classes how many classes there are
   */
  public TokenIds(String owner, String what, long classes) {
    this.owner = owner;
    this.what = what;
    this.classes = classes;
  }

  /**
   * Reads whole numbers.
   *
   * @param ids shape [b, T] or [b, 1, T], any numeric type
   * @param mask shape [b, T]; null if all steps count
   * @return the class of each step, [b, T]; {@link #HIDDEN} where masked
   * @throws IllegalArgumentException if a number is not a class, or a shape does not fit
   */
  public int[] read(INDArray ids, @Nullable INDArray mask) {
    if (ids.rank() != 2 && (ids.rank() != 3 || ids.size(1) != 1)) {
      throw new IllegalArgumentException(
          "%s: the shape of %ss is %s but must be [examples, steps] or [examples, 1, steps]."
              .formatted(owner, what, Arrays.toString(ids.shape())));
    }
    long steps = ids.size(ids.rank() - 1);
    boolean @Nullable [][] visible = visible(mask, ids.size(0), steps);
    double[] numbers = HostArrays.numbers(ids);
    int[] read = new int[numbers.length];
    for (int i = 0; i < read.length; i++) {
      int example = (int) (i / steps);
      int step = (int) (i % steps);
      if (visible != null && !visible[example][step]) {
        read[i] = HIDDEN;
      } else if (numbers[i] >= 0 && numbers[i] < classes && numbers[i] == Math.rint(numbers[i])) {
        read[i] = (int) numbers[i];
      } else {
        throw new IllegalArgumentException(
            "%s: %s of example %d at step %d is %s but must be a whole number from 0 to %d."
                .formatted(owner, what, example, step, number(numbers[i]), classes - 1));
      }
    }
    return read;
  }

  /**
   * Reads classes each of which is a one among zeros.
   *
   * @param oneHot shape [b, classes, T]
   * @param mask shape [b, T]; null if all steps count
   * @return the class of each step, [b, T]; {@link #HIDDEN} where masked
   * @throws IllegalArgumentException if there is something else, or a shape does not fit
   */
  public int[] readOneHot(INDArray oneHot, @Nullable INDArray mask) {
    int steps = Math.toIntExact(oneHot.size(2));
    boolean @Nullable [][] visible = visible(mask, oneHot.size(0), steps);
    int[] read = new int[Math.toIntExact(oneHot.size(0) * steps)];
    Arrays.fill(read, HIDDEN);
    float[] numbers;
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      numbers = HostArrays.floats(oneHot.castTo(DataType.FLOAT));
    }
    int next = 0;
    for (int example = 0; example < oneHot.size(0); example++) {
      for (int c = 0; c < classes; c++) {
        for (int step = 0; step < steps; step++) {
          float number = numbers[next++];
          if (number == 0 || (visible != null && !visible[example][step])) {
            continue;
          }
          int at = example * steps + step;
          if (number != 1 || read[at] != HIDDEN) {
            throw notOneHot(example, step, "%s for class %d".formatted(number(number), c));
          }
          read[at] = c;
        }
      }
    }
    for (int at = 0; at < read.length; at++) {
      int example = at / steps;
      if (read[at] == HIDDEN && (visible == null || visible[example][at % steps])) {
        throw notOneHot(example, at % steps, "0 for all classes");
      }
    }
    return read;
  }

  private IllegalArgumentException notOneHot(int example, int step, String present) {
    return new IllegalArgumentException(
        "%s: %s of example %d at step %d has %s but must have 1 for one class and 0 for all others."
            .formatted(owner, what, example, step, present));
  }

  private boolean @Nullable [][] visible(@Nullable INDArray mask, long examples, long steps) {
    if (mask == null) {
      return null;
    }
    if (mask.rank() != 2 || mask.size(0) != examples || mask.size(1) != steps) {
      throw new IllegalArgumentException(
          "%s: the mask's shape is %s but must be [%d, %d], a number for each step."
              .formatted(owner, Arrays.toString(mask.shape()), examples, steps));
    }
    return StepMask.visible(mask, owner);
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
