package org.attention4j.examples.training;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
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
    double bits = of(part -> model.score(part, false), parts, context);
    // DL4J leaves the mask of the labels at the output layer.
    model.clearLayerMaskArrays();
    return bits;
  }

  /**
   * Judges a model.
   *
   * @param model the model
   * @param parts windows, at least one
   * @param context how many positions of a window count
   * @return bits per character, the mean over all windows
   */
  public static double of(MultiLayerNetwork model, List<DataSet> parts, int context) {
    double bits = of(part -> model.score(part, false), parts, context);
    model.clearLayerMaskArrays();
    return bits;
  }

  private static double of(ToDoubleFunction<DataSet> score, List<DataSet> parts, int context) {
    double total = 0;
    int judged = 0;
    for (DataSet part : parts) {
      total += of(score.applyAsDouble(part), context) * part.numExamples();
      judged += part.numExamples();
    }
    return total / judged;
  }
}
