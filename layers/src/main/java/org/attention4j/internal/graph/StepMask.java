package org.attention4j.internal.graph;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a mask over the steps of sequences means, for all who read one: true or any number but zero
 * is visible, false or zero is hidden, whatever the type. A number other than one is no weight, and
 * NaN is refused.
 */
public final class StepMask {
  private StepMask() {}

  /**
   * Reads a mask.
   *
   * @param mask BOOL or any numeric type, any shape
   * @param type the type of the result
   * @param owner whose mask it is, for the message of an error, such as {@code SelfAttentionLayer
   *     'encoder'}
   * @return one where visible and zero where hidden, outside all workspaces; the mask itself if it
   *     is that already
   * @throws IllegalArgumentException if it holds NaN or no numbers
   */
  public static INDArray read(INDArray mask, DataType type, String owner) {
    double[] numbers = numbers(mask, owner);
    boolean asIs = mask.dataType() == type;
    double[] visible = new double[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      if (Double.isNaN(numbers[i])) {
        throw new IllegalArgumentException(
            "%s: the mask of shape %s has NaN at %s but must have zero for hidden and any other number for visible."
                .formatted(
                    owner,
                    Arrays.toString(mask.shape()),
                    Arrays.toString(Shape.ind2subC(mask.shape(), i))));
      }
      visible[i] = numbers[i] == 0 ? 0 : 1;
      asIs &= numbers[i] == visible[i];
    }
    if (asIs) {
      return mask;
    }
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      return Nd4j.createFromArray(visible).reshape('c', mask.shape()).castTo(type);
    }
  }

  /**
   * What is visible under two masks at once.
   *
   * @param one a mask; null if all is visible
   * @param other another of the same shape; null if all is visible
   * @param type the type of the result
   * @param owner whose masks they are
   * @return one where both are visible and zero elsewhere; null if both are null
   * @throws IllegalArgumentException as {@link #read}
   */
  public static @Nullable INDArray both(
      @Nullable INDArray one, @Nullable INDArray other, DataType type, String owner) {
    if (one == null || other == null) {
      INDArray only = one == null ? other : one;
      return only == null ? null : read(only, type, owner);
    }
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      return read(one, type, owner).mul(read(other, type, owner));
    }
  }

  /**
   * Reads a mask as flags.
   *
   * @param mask BOOL or any numeric type, shape [b, T]
   * @param owner whose mask it is
   * @return whether each step is visible, by example
   * @throws IllegalArgumentException as {@link #read}
   */
  public static boolean[][] visible(INDArray mask, String owner) {
    double[] numbers = numbers(read(mask, DataType.DOUBLE, owner), owner);
    boolean[][] visible = new boolean[Math.toIntExact(mask.size(0))][Math.toIntExact(mask.size(1))];
    int next = 0;
    for (boolean[] example : visible) {
      for (int step = 0; step < example.length; step++) {
        example[step] = numbers[next++] != 0;
      }
    }
    return visible;
  }

  /**
   * Reads a mask within a graph.
   *
   * @param mask BOOL or any numeric type
   * @param type the type of the result
   * @return one where visible and zero where hidden
   */
  public static SDVariable read(SDVariable mask, DataType type) {
    return (mask.dataType() == DataType.BOOL ? mask : mask.neq(0.0)).castTo(type);
  }

  /** In C order. */
  private static double[] numbers(INDArray mask, String owner) {
    DataType type = mask.dataType();
    if (type != DataType.BOOL && !type.isNumerical()) {
      throw new IllegalArgumentException(
          "%s: the mask's type is %s but must be BOOL or numeric.".formatted(owner, type));
    }
    return HostArrays.numbers(mask);
  }
}
