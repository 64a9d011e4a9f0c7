package org.attention4j.normalizer;

import java.io.Serializable;

/**
 * One learnable parameter of a {@link Normalizer}: a vector with one value a head.
 *
 * @param name the parameter's name, unique within the normalizer; a layer appends it to its own
 *     parameter table under this name
 * @param heads the length of the vector, that is the number of heads
 * @param initialValue the value that every head starts with
 */
public record NormalizerParameter(String name, int heads, double initialValue)
    implements Serializable {
  /**
   * Checks the arguments.
   *
   * @param name not blank
   * @param heads at least 1
   * @param initialValue finite in FLOAT
   * @throws IllegalArgumentException if the name is blank, heads is not positive or the initial
   *     value is not finite in FLOAT
   */
  public NormalizerParameter {
    if (name.isBlank()) {
      throw new IllegalArgumentException("A normalizer parameter needs a name that is not blank.");
    }
    if (heads < 1) {
      throw new IllegalArgumentException(
          "Normalizer parameter '" + name + "': heads is " + heads + " but must be at least 1.");
    }
    if (!Float.isFinite((float) initialValue)) {
      throw new IllegalArgumentException(
          "Normalizer parameter '"
              + name
              + "': initialValue is "
              + initialValue
              + " but must be finite in FLOAT, that is of size at most 3.4e38.");
    }
  }
}
