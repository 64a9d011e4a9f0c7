package org.attention4j.examples.retrieval;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;

/**
 * The questions that a trained model is tested with; every normalizer gets the same.
 *
 * @param task what is asked
 * @param length L
 * @param questions how many
 * @param seed the seed of the training
 */
public record RecallExam(RecallTask task, int length, int questions, long seed) {
  /** A model that answers so often at the length of training has learned the task. */
  public static final double LEARNED = 0.95;

  /** So many items a test works on at a time. */
  private static final int ITEMS_AT_ONCE = 16_384;

  /** Tests see what no training did. */
  private static final long TEST_SEED = 0x7e57;

  /**
   * Draws the questions.
   *
   * @return all of them in parts, to be gone through once
   */
  public Stream<MultiDataSet> parts() {
    SplittableRandom random = new SplittableRandom(seed ^ TEST_SEED);
    int batch = Math.max(1, Math.min(questions, ITEMS_AT_ONCE / length));
    return IntStream.iterate(0, done -> done < questions, done -> done + batch)
        .mapToObj(done -> task.draw(Math.min(batch, questions - done), length, random));
  }

  /**
   * Asks all questions.
   *
   * @param model a trained model
   * @return the share of right answers
   */
  public double accuracy(ComputationGraph model) {
    int right =
        parts()
            .mapToInt(part -> right(model.outputSingle(part.getFeatures()), part.getLabels(0)))
            .sum();
    return (double) right / questions;
  }

  /**
   * Counts right answers.
   *
   * @param output the model's probabilities
   * @param labels the answers
   * @return for how many the most probable value is the answer
   */
  public static int right(INDArray output, INDArray labels) {
    INDArray same = output.argMax(1).eq(labels.argMax(1));
    return same.castTo(DataType.INT32).sumNumber().intValue();
  }
}
