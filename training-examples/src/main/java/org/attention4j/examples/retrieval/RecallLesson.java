package org.attention4j.examples.retrieval;

import java.util.List;
import java.util.SplittableRandom;
import org.attention4j.examples.support.NamedAttention;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;

/**
 * How a model learns to answer.
 *
 * @param task what is asked
 * @param length L, how many items a question has
 * @param steps how many batches to learn from
 * @param batch how many questions make a batch
 */
public record RecallLesson(RecallTask task, int length, int steps, int batch) {
  /** Hears of each step while a model trains. */
  @FunctionalInterface
  public interface StepListener {
    /**
     * Called after a step.
     *
     * @param step the step, from 1
     * @param loss the loss of its batch before the update, in nats per question
     * @return whether to go on
     */
    boolean onStep(int step, double loss);
  }

  /**
   * Trains a model. Weights and questions depend on the seed alone, not on the attention.
   *
   * @param attention what is in the attention layer
   * @param seed fixes first weights and questions
   * @param listener hears of each step and can end the training
   * @param watchers Deeplearning4j's listeners while it trains, such as the monitor
   * @return the model, without listeners
   */
  public ComputationGraph train(
      NamedAttention attention, long seed, StepListener listener, TrainingListener... watchers) {
    ComputationGraph model = RecallModel.create(attention, task, length, steps, seed);
    model.setListeners(watchers);
    SplittableRandom random = new SplittableRandom(seed);
    for (int step = 1; step <= steps; step++) {
      model.fit(task.draw(batch, length, random));
      if (!listener.onStep(step, model.score())) {
        break;
      }
    }
    model.setListeners(List.of());
    return model;
  }
}
