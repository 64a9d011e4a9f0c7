package org.attention4j.bench.compare;

import java.util.List;
import org.attention4j.internal.attention.HeadContext;
import org.attention4j.kernel.FloatRow;
import org.attention4j.kernel.RowKernel;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerParameter;

/** How sparse the weights of a normalizer are on given data. */
public final class ZeroShare {
  /** Queries of each head whose weights are counted. */
  private static final int ROWS = 64;

  private ZeroShare() {}

  /**
   * The share of weights that are zero, over queries at equal distances in all heads.
   *
   * @param data the arrays; each query sees all keys
   * @param normalizer one that has a row kernel; its parameters have their initial values
   * @return from 0 to below 1
   */
  public static double of(CoreData data, Normalizer normalizer) {
    CoreCell cell = data.cell();
    RowKernel kernel = normalizer.kernel().orElseThrow();
    List<NormalizerParameter> parameters = normalizer.parameters(cell.heads());
    HeadContext context = new HeadContext(parameters.size(), kernel.savedValues());
    for (int p = 0; p < parameters.size(); p++) {
      context.setParameter(p, parameters.get(p).initialValue());
    }
    int rows = Math.min(ROWS, cell.length());
    float[] weights = new float[cell.length()];
    FloatRow row = new FloatRow();
    long zeros = 0;
    for (int head = 0; head < cell.heads(); head++) {
      for (int r = 0; r < rows; r++) {
        scores(data, head, (int) ((long) r * cell.length() / rows), weights);
        kernel.forward(row.over(weights, 0, weights.length), context.row(weights.length));
        for (float weight : weights) {
          zeros += weight == 0 ? 1 : 0;
        }
      }
    }
    return (double) zeros / ((long) cell.heads() * rows * cell.length());
  }

  /** The scores of one query. */
  private static void scores(CoreData data, int head, int query, float[] scores) {
    int length = data.cell().length();
    int start = head * data.cell().headSize() * length;
    for (int key = 0; key < length; key++) {
      double sum = 0;
      for (int c = 0; c < data.cell().headSize(); c++) {
        int at = start + c * length;
        sum += (double) data.q()[at + query] * data.k()[at + key];
      }
      scores[key] = (float) (data.scale() * sum);
    }
  }
}
