package org.attention4j.layers;

/**
 * The three functions that are called GELU. They differ by up to 0.02: weights that were trained
 * with one of them want that one.
 *
 * @see <a href="https://arxiv.org/abs/1606.08415">Hendrycks and Gimpel 2016</a>
 */
public enum Gelu {
  /** {@code x Φ(x) = x / 2 (1 + erf(x / √2))}: PyTorch's default, BERT, ViT. */
  EXACT,

  /** {@code x / 2 (1 + tanh(√(2/π) (x + 0.044715 x³)))}: GPT-2; at most 5e-4 from the exact one. */
  TANH,

  /**
   * {@code x σ(1.702 x)}: Deeplearning4j's {@code Activation.GELU}, CLIP's "QuickGELU"; up to 0.02
   * from the exact one.
   */
  SIGMOID
}
