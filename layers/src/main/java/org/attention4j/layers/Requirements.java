package org.attention4j.layers;

import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Checks of one layer's configuration and input; each failure is one sentence that says it all. */
final class Requirements {
  private final String layer;

  /**
   * Checks on behalf of a layer.
   *
   * @param type the layer's class
   * @param name the layer's name, if it has one
   */
  Requirements(Class<?> type, @Nullable String name) {
    layer = type.getSimpleName() + (name == null ? "" : " '" + name + "'");
  }

  /** The layer by type and name, as messages begin with it. */
  String layer() {
    return layer;
  }

  void that(boolean holds, String option, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(
          "%s: %s is %s but must be %s.".formatted(layer, option, value, expected));
    }
  }

  /** The same in each pass: the words are put together only if they are needed. */
  void that(boolean holds, String option, Supplier<String> value, Supplier<String> expected) {
    if (!holds) {
      that(false, option, value.get(), expected.get());
    }
  }

  /** Checks what a caller of Java without null checks can still leave out. */
  void present(String option, @Nullable Object value, String expected) {
    that(value != null, option, "null", expected);
  }

  void positive(String option, long value) {
    that(value > 0, option, value, "at least 1");
  }

  /** Checks a size that may be left out because the input type tells it. */
  void size(String option, long value) {
    that(value >= 0, option, value, "at least 1, or left out to follow from the input type");
  }

  /** Checks the size of an output that is that of the input. */
  void sameSize(long nOut, long nIn) {
    that(nOut == nIn, "nOut", nOut, "nIn, which is " + nIn + ", as this layer keeps the size");
  }

  /** Checks a sequence input of shape [b, size, T]. */
  void sequence(INDArray input, long size) {
    sequence("the input", input, size);
  }

  /** Checks one of several sequence inputs, of shape [b, size, T]. */
  void sequence(String name, INDArray input, long size) {
    that(
        input.rank() == 3 && input.size(1) == size,
        name + "'s shape",
        () -> Arrays.toString(input.shape()),
        () -> "[examples, %d, steps]".formatted(size));
  }
}
