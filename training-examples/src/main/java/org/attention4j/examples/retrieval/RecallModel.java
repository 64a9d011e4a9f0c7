package org.attention4j.examples.retrieval;

import org.attention4j.examples.support.NamedAttention;
import org.attention4j.examples.training.WarmUpAndDecay;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.learning.config.Adam;

/** The {@link RetrievalModel} that learns a {@link RecallTask}: its sizes and its learning rate. */
public final class RecallModel {
  /** How many heads attend to the items. */
  public static final int HEADS = 2;

  /** The size of a head's queries, keys and values. */
  public static final int HEAD_SIZE = 32;

  private static final double LEARNING_RATE = 1e-2;

  private RecallModel() {}

  /**
   * Builds a model whose weights depend on the seed alone, not on the attention.
   *
   * @param attention what is in the attention layer
   * @param task what is asked
   * @param length L of training
   * @param steps how many batches it will learn from
   * @param seed fixes the first weights
   * @return the model, ready to train
   */
  public static ComputationGraph create(
      NamedAttention attention, RecallTask task, int length, int steps, long seed) {
    return new RetrievalModel(task.features(), RecallTask.ANSWERS, HEADS, HEAD_SIZE)
        .create(attention, 1, length, new Adam(new WarmUpAndDecay(LEARNING_RATE, steps)), seed);
  }
}
