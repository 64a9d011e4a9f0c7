package org.attention4j.bench.model;

/**
 * The transformer that the benchmark trains: token embeddings plus learned positions; pre-norm
 * blocks of causal attention without biases and a feed-forward network with exact GELU; a last norm
 * and a linear map to the vocabulary; cross-entropy loss; Adam. It holds its one batch.
 */
public interface LanguageModel extends AutoCloseable {
  /** Adam's learning rate; its other settings are β₁ 0.9, β₂ 0.999, ε 1e-8. */
  double LEARNING_RATE = 1e-3;

  /** Takes one training step: forward, backward, update. */
  void fit();

  /** Computes the probabilities of the next token at all positions, without gradients. */
  void output();

  /**
   * Computes the probabilities and hands them out.
   *
   * @return [batch, context, vocabulary]
   */
  float[] probabilities();

  /**
   * The loss of the latest training step, before its update.
   *
   * @return nats per token
   */
  double loss();

  @Override
  default void close() {}
}
