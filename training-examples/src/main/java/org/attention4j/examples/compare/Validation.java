package org.attention4j.examples.compare;

import java.util.List;
import org.attention4j.examples.training.BitsPerCharacter;
import org.attention4j.examples.training.Settings;
import org.attention4j.examples.training.Text;
import org.attention4j.examples.training.Windows;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/**
 * Judges models on the validation text: windows of T characters at even distances, T the context of
 * the training. With a longer context the same characters are judged, and the text before them is
 * in the window too.
 */
final class Validation {
  /** The contexts that models are judged at, over that of the training. */
  static final List<Integer> MULTIPLES = List.of(1, 2, 4, 8);

  /** Enough windows for a steady mean, few enough to judge in some seconds. */
  static final int WINDOWS = 128;

  /** While a model trains, fewer must do. */
  static final int CHECKPOINT_WINDOWS = 64;

  private final Windows windows;
  private final Settings settings;
  private final List<Integer> multiples;

  /**
   * Prepares.
   *
   * @param text the validation text, longer than the context
   * @param settings of the models
   */
  Validation(Text text, Settings settings) {
    windows = new Windows(text, settings.context());
    this.settings = settings;
    multiples = multiples(text, settings.context());
  }

  /**
   * The contexts for which a text is long enough: what stands before the first window that is
   * judged is not judged itself, and takes at most half of the text.
   *
   * @param text the validation text
   * @param context of the training
   * @return some of {@link #MULTIPLES}, the first always among them
   */
  static List<Integer> multiples(Text text, int context) {
    int available = (text.length() - 1) / context;
    return MULTIPLES.stream().filter(m -> m == 1 || available >= 2 * m).toList();
  }

  /** Bits per character of the same characters at each of the multiples. */
  List<Double> bitsAtLength(ComputationGraph model) {
    int longest = multiples.get(multiples.size() - 1);
    return multiples.stream()
        .map(m -> bits(model, windows.spread(WINDOWS, batch(m), m, longest)))
        .toList();
  }

  /** A long window takes the memory of many short ones, and attention its square. */
  private int batch(int multiple) {
    return Math.max(1, settings.batch() / multiple);
  }

  /** Bits per character on fewer windows, for the curve of a training. */
  double checkpoint(ComputationGraph model) {
    return bits(model, windows.spread(CHECKPOINT_WINDOWS, settings.batch()));
  }

  /** Some windows. */
  INDArray features() {
    return windows.spread(WINDOWS, settings.batch()).get(0).getFeatures();
  }

  private double bits(ComputationGraph model, List<DataSet> parts) {
    return BitsPerCharacter.of(model, parts, settings.context());
  }
}
