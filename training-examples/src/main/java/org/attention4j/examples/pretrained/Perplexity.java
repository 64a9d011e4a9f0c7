package org.attention4j.examples.pretrained;

import java.util.Arrays;
import java.util.function.Consumer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How well a language model foretells a text: {@code exp(-Σ log p(token) / tokens)}.
 *
 * <p>The text is cut into windows. The last token of one is the first of the next, so each token
 * but the first is foretold once, from those before it in its window.
 */
final class Perplexity {
  private Perplexity() {}

  /** How many windows there are. */
  static int windows(int tokens, int context) {
    return (tokens - 2) / context + 1;
  }

  /**
   * Judges a model.
   *
   * @param network gives probabilities of the next token
   * @param tokens the text, at least two
   * @param context steps of a window
   * @param soFar is told the perplexity after each window
   * @return the perplexity
   */
  static double of(MultiLayerNetwork network, int[] tokens, int context, Consumer<Double> soFar) {
    double loss = 0;
    int last = tokens.length - 1;
    for (int from = 0; from < last; from += context) {
      int to = Math.min(from + context, last);
      // The score is the sum over the steps of one example.
      loss +=
          network.score(new DataSet(row(tokens, from, to), row(tokens, from + 1, to + 1)), false);
      soFar.accept(Math.exp(loss / to));
    }
    return Math.exp(loss / last);
  }

  private static INDArray row(int[] tokens, int from, int to) {
    return Nd4j.createFromArray(Arrays.copyOfRange(tokens, from, to)).reshape(1, to - from);
  }
}
