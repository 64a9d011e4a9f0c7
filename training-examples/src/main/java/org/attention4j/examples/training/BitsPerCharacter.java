package org.attention4j.examples.training;

import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.DataSet;

/**
 * The loss of language models in bits per character. DL4J's score is the natural-log loss of a
 * window, summed over its positions that count, the mean over the windows of a batch.
 */
public final class BitsPerCharacter {
  private static final double LOG_2 = Math.log(2);

  private BitsPerCharacter() {}

  /**
   * Converts a score.
   *
   * @param score DL4J's score
   * @param context how many positions of a window count
   * @return bits per character
   */
  public static double of(double score, int context) {
    return score / (context * LOG_2);
  }

  /**
   * Judges a model.
   *
   * @param model the model
   * @param parts windows, at least one
   * @param context how many positions of a window count
   * @return bits per character, the mean over all windows
   */
  public static double of(ComputationGraph model, List<DataSet> parts, int context) {
    double total = 0;
    int judged = 0;
    for (DataSet part : parts) {
      total += of(model.score(part, false), context) * part.numExamples();
      judged += part.numExamples();
    }
    // DL4J leaves the mask of the labels at the output layer.
    model.clearLayerMaskArrays();
    return total / judged;
  }
}
