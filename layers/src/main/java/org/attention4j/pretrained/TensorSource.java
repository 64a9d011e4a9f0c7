package org.attention4j.pretrained;

import java.io.IOException;
import java.util.Set;

/**
 * Named arrays of numbers, as the files of published models hold them. {@link SafeTensors} is one
 * kind; others can be given to {@link Pretrained#from(String, TensorSource)}.
 */
public interface TensorSource {
  /**
   * The names of all tensors.
   *
   * @return the names, not to be changed
   */
  Set<String> names();

  /**
   * The sizes of the axes of a tensor.
   *
   * @param name one of {@link #names()}
   * @return the shape, a copy; empty for a single number
   * @throws IllegalArgumentException if there is no tensor of this name
   */
  long[] shape(String name);

  /**
   * The file that a tensor is in.
   *
   * @param name one of {@link #names()}
   * @return the name of the file, for messages
   * @throws IllegalArgumentException if there is no tensor of this name
   */
  String file(String name);

  /**
   * Reads numbers of a tensor, in the order in which the last axis runs fastest.
   *
   * @param name one of {@link #names()}
   * @param from the index of the first number
   * @param target takes the numbers from its beginning on
   * @param count how many
   * @throws IllegalArgumentException if there is no tensor of this name
   * @throws IndexOutOfBoundsException if the tensor or the target has not so many numbers
   * @throws IOException if they cannot be read, or are of a type that is none of real numbers
   */
  void read(String name, long from, float[] target, int count) throws IOException;
}
