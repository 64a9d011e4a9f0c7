package org.attention4j.dl4j;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.internal.graph.HostArrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The arrays that go into a layer's graph.
 *
 * @param owner the layer, for messages
 * @param inputs the inputs by name, in their order
 * @param masks the masks of those inputs that have one, shape [b, T]
 * @param parameters the parameters by name, in their order
 */
record GraphInputs(
    String owner,
    Map<String, INDArray> inputs,
    Map<String, INDArray> masks,
    Map<String, INDArray> parameters) {

  /** Above this a masked value is taken for garbage: its cube, as in GELU, still fits a float. */
  private static final double LARGEST_SENSIBLE = 1e10;

  /**
   * Refuses an empty array: the backend's operations end the JVM on some.
   *
   * @param owner the layer, for the message
   * @param input what the array is to it
   * @throws IllegalArgumentException if an axis has the size zero
   */
  static void requireContent(String owner, String input, INDArray array) {
    if (array.isEmpty() || array.length() == 0) {
      throw new IllegalArgumentException(
          "%s: the %s's shape is %s but must have at least 1 on every axis."
              .formatted(owner, input, Arrays.toString(array.shape())));
    }
  }

  /**
   * Refuses a mask that has not one number for each step of its input.
   *
   * @throws IllegalArgumentException if there is one
   */
  void requireFittingMasks() {
    masks.forEach(
        (name, mask) -> {
          INDArray input = inputs.get(name);
          if (input != null && input.rank() == 3) {
            requireSameSteps(input, mask);
          }
        });
  }

  private void requireSameSteps(INDArray input, INDArray mask) {
    long[] expected = {input.size(0), input.size(2)};
    if (!Arrays.equals(mask.shape(), expected)) {
      throw new IllegalArgumentException(
          "%s: the mask's shape is %s but must be %s for an input of shape %s."
              .formatted(
                  owner,
                  Arrays.toString(mask.shape()),
                  Arrays.toString(expected),
                  Arrays.toString(input.shape())));
    }
  }

  /** The same with other masks. */
  GraphInputs withMasks(Map<String, INDArray> read) {
    return new GraphInputs(owner, inputs, read, parameters);
  }

  /**
   * The same, with what stands in masked steps made harmless: NaN, infinite and absurdly large
   * values become zero. A zero weight alone would not do, since zero times NaN is NaN.
   */
  GraphInputs withoutGarbage() {
    Map<String, INDArray> clean = new LinkedHashMap<>(inputs);
    masks.forEach((name, mask) -> clean.computeIfPresent(name, (n, x) -> clean(x, mask)));
    return new GraphInputs(owner, clean, masks, parameters);
  }

  /** The number of steps of the first input. */
  long steps() {
    INDArray first = inputs.values().iterator().next();
    return first.size(first.rank() - 1);
  }

  Map<String, long[]> inputShapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    inputs.forEach((name, array) -> shapes.put(name, array.shape()));
    return shapes;
  }

  private static INDArray clean(INDArray input, INDArray mask) {
    if (input.rank() != 3 || sensible(input)) {
      return input;
    }
    INDArray result = input.dup();
    for (long example = 0; example < mask.size(0); example++) {
      for (long step = 0; step < mask.size(1); step++) {
        if (mask.getDouble(example, step) == 0) {
          INDArray values =
              result.get(NDArrayIndex.point(example), NDArrayIndex.all(), NDArrayIndex.point(step));
          if (!sensible(values)) {
            values.assign(0);
          }
        }
      }
    }
    return result;
  }

  private static boolean sensible(INDArray values) {
    return HostArrays.normIsBelow(values, LARGEST_SENSIBLE)
        || values.norm2Number().doubleValue() < LARGEST_SENSIBLE;
  }
}
