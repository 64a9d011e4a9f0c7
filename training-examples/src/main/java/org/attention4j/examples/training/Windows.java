package org.attention4j.examples.training;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

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
    return spread(maxWindows, batch, 1, 1);
  }

  /**
   * Takes windows of several times the length at even distances over the whole text. Only their
   * last T positions count, by a mask of the labels, and these are the same for every length: a
   * longer window differs by what stands before them.
   *
   * @param maxWindows how many windows to take at most
   * @param batch how many windows one part has at most
   * @param multiple the length of a window over T
   * @param longest the largest multiple that will be asked for
   * @return the windows in parts
   */
  public List<DataSet> spread(int maxWindows, int batch, int multiple, int longest) {
    int available = (text.length() - 1) / context - (longest - 1);
    int count = Math.min(maxWindows, available);
    List<DataSet> parts = new ArrayList<>();
    for (int first = 0; first < count; first += batch) {
      int[] starts = new int[Math.min(batch, count - first)];
      for (int i = 0; i < starts.length; i++) {
        int counted = (int) ((long) (first + i) * available / count) + longest - 1;
        starts[i] = (counted - (multiple - 1)) * context;
      }
      DataSet part = new Windows(text, multiple * context).cut(starts);
      if (multiple > 1) {
        part.setLabelsMaskArray(lastOf(starts.length, multiple));
      }
      parts.add(part);
    }
    return parts;
  }

  private INDArray lastOf(int windows, int multiple) {
    INDArray mask = Nd4j.zeros(DataType.FLOAT, windows, multiple, context);
    mask.get(NDArrayIndex.all(), NDArrayIndex.point(multiple - 1L), NDArrayIndex.all()).assign(1);
    return mask.reshape(windows, (long) multiple * context);
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
