package org.attention4j.examples.compare;

import java.util.Collections;
import java.util.List;
import org.attention4j.examples.retrieval.RecallExam;
import org.attention4j.examples.retrieval.RecallLesson;
import org.attention4j.examples.retrieval.RecallTask;
import org.attention4j.examples.support.NamedAttention;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * How well an attention finds one item among many, in contexts longer than those of the training:
 * the command {@code recall} in short. A small model of one attention learns to find the largest of
 * 32 numbers. It is not the model that learned the text: that one's loss hardly tells what it can
 * retrieve.
 */
final class RecallAtLength {
  /** The lengths of the tests over that of the training; a test is short at any of them. */
  static final List<Integer> MULTIPLES = List.of(1, 2, 4, 8, 16);

  /** How many numbers a question has in training. */
  static final int LENGTH = 32;

  /** As many as sparse normalizers need, which are slower to start. */
  private static final int STEPS = 600;

  private static final int BATCH = 64;
  private static final int QUESTIONS = 512;
  private static final RecallTask TASK = RecallTask.LARGEST;

  private RecallAtLength() {}

  /**
   * Trains a model and asks it at all lengths.
   *
   * @param attention what is in the attention layer
   * @param seed fixes first weights and questions
   * @return the accuracies, one for each of {@link #MULTIPLES}; NaN if the loss stops being a
   *     number
   */
  static List<Double> measure(NamedAttention attention, long seed) {
    ComputationGraph model =
        new RecallLesson(TASK, LENGTH, STEPS, BATCH)
            .train(attention, seed, (step, loss) -> Double.isFinite(loss));
    return Double.isFinite(model.score())
        ? MULTIPLES.stream()
            .map(m -> new RecallExam(TASK, m * LENGTH, QUESTIONS, seed).accuracy(model))
            .toList()
        : Collections.nCopies(MULTIPLES.size(), Double.NaN);
  }
}
