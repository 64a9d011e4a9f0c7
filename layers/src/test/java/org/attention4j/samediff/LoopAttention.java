package org.attention4j.samediff;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Softmax attention in plain loops over doubles, straight from its formula. Q [b, h, Tq, d], K [b,
 * hk, Tk, d] and V [b, hk, Tk, dv].
 */
final class LoopAttention {
  double scale = Double.NaN;
  double softcap = Double.POSITIVE_INFINITY;
  boolean causal;

  /** What is added to a score before the softmax; minus infinity hides the key. */
  interface Mask {
    double addend(int example, int head, int query, int key);
  }

  Mask mask = (example, head, query, key) -> 0;

  @Nullable INDArray weights;

  INDArray of(INDArray q, INDArray k, INDArray v) {
    int heads = (int) q.size(1);
    int queries = (int) q.size(2);
    int keys = (int) k.size(2);
    INDArray output = Nd4j.zeros(DataType.DOUBLE, q.size(0), heads, queries, v.size(3));
    INDArray all = Nd4j.zeros(DataType.DOUBLE, q.size(0), heads, queries, keys);
    for (int example = 0; example < q.size(0); example++) {
      for (int head = 0; head < heads; head++) {
        int shared = (int) (head * k.size(1) / heads);
        for (int query = 0; query < queries; query++) {
          double[] row = new double[keys];
          for (int key = 0; key < keys; key++) {
            double score = score(q, k, example, head, shared, query, key);
            boolean future = causal && key - (keys - queries) > query;
            row[key] =
                future ? Double.NEGATIVE_INFINITY : score + mask.addend(example, head, query, key);
          }
          double[] p = softmax(row);
          for (int key = 0; key < keys; key++) {
            all.putScalar(new long[] {example, head, query, key}, p[key]);
            for (int i = 0; i < v.size(3); i++) {
              long[] at = {example, head, query, i};
              double term = p[key] * v.getDouble(example, shared, key, i);
              output.putScalar(at, output.getDouble(at) + term);
            }
          }
        }
      }
    }
    weights = all;
    return output;
  }

  private double score(
      INDArray q, INDArray k, int example, int head, int shared, int query, int key) {
    double dot = 0;
    for (int i = 0; i < q.size(3); i++) {
      dot += q.getDouble(example, head, query, i) * k.getDouble(example, shared, key, i);
    }
    double score = dot * (Double.isNaN(scale) ? 1 / Math.sqrt((double) q.size(3)) : scale);
    return Double.isInfinite(softcap) ? score : softcap * Math.tanh(score / softcap);
  }

  private static double[] softmax(double[] row) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double score : row) {
      largest = Math.max(largest, score);
    }
    double[] p = new double[row.length];
    double sum = 0;
    for (int i = 0; i < row.length; i++) {
      p[i] = row[i] == Double.NEGATIVE_INFINITY ? 0 : Math.exp(row[i] - largest);
      sum += p[i];
    }
    for (int i = 0; i < row.length; i++) {
      p[i] = sum == 0 ? 0 : p[i] / sum;
    }
    return p;
  }
}
