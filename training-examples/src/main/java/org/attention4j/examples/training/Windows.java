package org.attention4j.examples.training;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Cuts a text into windows to learn from: the symbols at T positions, and at each the symbol that
 * follows.
 *
 * <p>Features and labels hold symbols, shape [b, 1, T].
 *
 * @param text the text
 * @param context T
 */
public record Windows(Text text, int context) {
  /**
   * Draws windows at random positions.
   *
   * @param batch how many windows
   * @param random what draws them
   * @return the windows
   */
  public DataSet random(int batch, RandomGenerator random) {
    int[] starts = new int[batch];
    for (int i = 0; i < batch; i++) {
      starts[i] = random.nextInt(text.length() - context);
    }
    return cut(starts);
  }

  /**
   * Takes windows at even distances over the whole text, without overlap.
   *
   * @param maxWindows how many windows to take at most
   * @param batch how many windows one part has at most
   * @return the windows in parts
   */
  public List<DataSet> spread(int maxWindows, int batch) {
    int available = (text.length() - 1) / context;
    int count = Math.min(maxWindows, available);
    List<DataSet> parts = new ArrayList<>();
    for (int first = 0; first < count; first += batch) {
      int[] starts = new int[Math.min(batch, count - first)];
      for (int i = 0; i < starts.length; i++) {
        starts[i] = (int) ((long) (first + i) * available / count) * context;
      }
      parts.add(cut(starts));
    }
    return parts;
  }

  private DataSet cut(int[] starts) {
    float[] features = new float[starts.length * context];
    float[] labels = new float[starts.length * context];
    for (int i = 0; i < starts.length; i++) {
      for (int t = 0; t < context; t++) {
        features[i * context + t] = text.symbol(starts[i] + t);
        labels[i * context + t] = text.symbol(starts[i] + t + 1);
      }
    }
    return new DataSet(
        Nd4j.create(features, new long[] {starts.length, 1, context}, 'c'),
        Nd4j.create(labels, new long[] {starts.length, 1, context}, 'c'));
  }
}
