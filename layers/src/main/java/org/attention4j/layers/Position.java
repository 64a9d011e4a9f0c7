package org.attention4j.layers;

/**
 * How an attention layer tells positions apart. Queries and keys are counted from the start of the
 * sequence; where there are fewer queries than keys, the last query stands beside the last key.
 */
public enum Position {
  /** Not at all: without a causal mask the order of the keys makes no difference. */
  NONE,

  /**
   * Attention with linear biases: the score of a key falls by {@code 2^(-8 i / h)} for each step of
   * distance to the query, on either side, in head i = 1..h. Press, Smith and Lewis 2022, arXiv
   * 2108.12409.
   */
  ALIBI,

  /**
   * Rotary embedding of queries and keys: features i and i + d/2 of a head form a plane, turned by
   * {@code position * 10000^(-2 i / d)} for i = 0..d/2-1 (the convention of halves, as in GPT-NeoX
   * and Llama; not neighbouring pairs). The head size d must be even. Su et al. 2021, arXiv
   * 2104.09864.
   */
  ROTARY
}
