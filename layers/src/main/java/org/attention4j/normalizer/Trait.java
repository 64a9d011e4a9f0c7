package org.attention4j.normalizer;

/**
 * What a {@link Normalizer} promises about the weights it returns. Traits are declared by the
 * normalizer's author and held to by the contract tests; masks, metrics and plots adapt to them.
 */
public enum Trait {
  /** The weights of every row with a visible key sum to one. */
  SUMS_TO_ONE,
  /** A visible key may get a weight of exactly zero. */
  EXACT_ZEROS,
  /** A weight, or a row's sum, may be larger than one. */
  CAN_EXCEED_ONE,
  /** The weights depend on the number of visible keys beyond what their scores say. */
  LENGTH_AWARE,
  /** The normalizer has parameters that are trained with the layer. */
  LEARNABLE,
  /** Adding one constant to all scores of a row changes nothing. */
  SHIFT_INVARIANT
}
