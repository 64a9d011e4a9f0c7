package org.attention4j.layers;

/**
 * How an attention layer tells positions apart. Queries and keys are counted from the start of the
 * sequence; where there are fewer queries than keys, the last query stands at the last key. Only
 * distances matter, so that padding before or after a sequence changes nothing; masked steps
 * between two others count as steps.
 */
public enum Position {
  /** Not at all: without a causal mask the order of the keys makes no difference. */
  NONE,

  /**
   * Attention with linear biases: the score of a key falls for each step of distance to the query,
   * on either side, by the head's slope: {@code 2^(-8 i / h)} in head i = 1..h if h is a power of
   * two, and otherwise as {@link org.attention4j.internal.attention.AlibiSlopes} says. Press, Smith
   * and Lewis 2022, arXiv 2108.12409.
   */
  ALIBI,

  /**
   * Rotary embedding of queries and keys: features i and i + d/2 of a head form a plane, turned by
   * {@code position * base^(-2 i / d)} for i = 0..d/2-1, base being {@code rotaryBase} (the
   * convention of halves, as in GPT-NeoX and Llama; not neighbouring pairs). The head size d must
   * be even. Su et al. 2021, arXiv 2104.09864.
   */
  ROTARY
}
