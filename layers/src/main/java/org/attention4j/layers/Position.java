package org.attention4j.layers;

/**
 * How an attention layer tells positions apart. Queries and keys are counted from the start of the
 * sequence; where there are fewer queries than keys, the last query stands at the last key. Only
 * what is between them matters, so that padding before or after a sequence changes nothing; masked
 * steps between two others count as steps.
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
  ROTARY,

  /**
   * Forgetting attention, for {@code causal} alone: each step l has a gate in each head, and the
   * score of a key falls by what the gates after it, up to that of the query, forget:
   *
   * <pre>
   *   f_l  = σ(Wforget x_l + bforget)                  x_l being what key l is projected from
   *   z_ij = scale q_iᵀ k_j + Σ_{l = j+1 .. i} log f_l
   * </pre>
   *
   * <p>A masked step has the gate 1. Parameters, after all others of their kind: Wforget [h, nIn],
   * which starts at 0, and bforget [h], which starts at 5, so that the gates start at 0.9933. Lin
   * et al. 2025, "Forgetting Transformer" (ICLR), arXiv 2503.02130.
   */
  FORGETTING
}
