package org.attention4j.examples.temperature;

/**
 * What all trainings on {@link Retrieval} have in common.
 *
 * @param task the question and the model
 * @param steps how many batches to learn from
 * @param batch how many questions make a batch
 * @param held how many questions judge the model after training
 * @param starts how many first weights, each with its own batches, a seed stands for where one rate
 *     is compared at all temperatures; the search for the largest rate takes the first of them
 */
record StabilitySettings(Retrieval task, int steps, int batch, int held, int starts) {
  /** What the command uses. */
  static final StabilitySettings USUAL =
      new StabilitySettings(new Retrieval(8, 4, 4, 8), 120, 32, 256, 4);

  /** Below this share of the loss of guessing, a model has learned. */
  static final double LEARNED_SHARE = 0.5;

  /** The loss below which a model has learned, in nats. */
  double limit() {
    return LEARNED_SHARE * task.chanceLoss();
  }

  /** For people. */
  String text() {
    return "%d items of a key of %d signs and one of %d values; one head of size %d; %d steps of %d questions, judged by %d others"
        .formatted(task.items(), task.signs(), task.answers(), task.headSize(), steps, batch, held);
  }
}
