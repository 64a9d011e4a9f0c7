package org.attention4j.limits;

import java.util.List;
import java.util.Random;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.theory.Sensitivity;

/**
 * Some rows of one head.
 *
 * @param layer the name of the layer or vertex
 * @param head the head, counted from 0
 * @param headSize d, the features of the head
 * @param rows its rows, each of a query that sees as many keys as any
 */
public record SampledHead(String layer, int head, long headSize, List<AttentionRow> rows) {
  /**
   * Copies the list.
   *
   * @param layer the name of the layer or vertex
   * @param head the head
   * @param headSize d
   * @param rows its rows
   */
  public SampledHead {
    rows = List.copyOf(rows);
  }

  /**
   * The gradient sensitivity of softmax at the scores of this head, the mean over its rows: {@code
   * g(T, ε) = ‖softmax((l + εv)/T) − softmax(l/T)‖₂ / ε} in a random direction v.
   *
   * <p>T stands where the model has √d: the scores of a row are l/√d, with its positions, so at T =
   * √d these are the weights of a model with softmax. Each row has one direction, the same for
   * every T and ε.
   *
   * @param temperature T, positive
   * @param epsilon ε, positive
   * @param seed what the directions depend on, besides layer, head and row
   * @return g; NaN without rows
   * @see Sensitivity
   */
  public double sensitivity(double temperature, double epsilon, long seed) {
    Random random = new Random(31 * (31 * seed + layer.hashCode()) + head);
    double root = Math.sqrt((double) headSize);
    double sum = 0;
    for (AttentionRow row : rows) {
      double[] logits = row.scores().clone();
      for (int i = 0; i < logits.length; i++) {
        logits[i] *= root;
      }
      sum += Sensitivity.inRandomDirection(logits, temperature, epsilon, random);
    }
    return sum / rows.size();
  }
}
