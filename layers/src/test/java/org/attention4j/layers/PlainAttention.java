package org.attention4j.layers;

import static org.attention4j.layers.Position.FORGETTING;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Multi-head softmax attention of one query at a time in plain loops over doubles, straight from
 * its formula: the reference for layers whose stock counterpart cannot serve as one.
 */
final class PlainAttention {
  private final Map<String, INDArray> parameters;
  private final Position position;
  private final double rotaryBase;
  private final int heads;
  private final int headSize;
  private final int keyValueHeads;

  PlainAttention(Map<String, INDArray> parameters, Position position) {
    this(parameters, position, 10_000);
  }

  PlainAttention(Map<String, INDArray> parameters, Position position, double rotaryBase) {
    this.parameters = parameters;
    this.position = position;
    this.rotaryBase = rotaryBase;
    heads = (int) parameters.get("Wq").size(0);
    headSize = (int) parameters.get("Wq").size(1);
    keyValueHeads = (int) parameters.get("Wk").size(0);
  }

  /** Which keys a query sees. */
  interface Visibility {
    boolean sees(int key);
  }

  /** The output for one query where every step counts. */
  double[] of(
      double[] query, int queryPosition, double[][] keys, double[][] values, Visibility visible) {
    return of(query, queryPosition, keys, values, visible, step -> true);
  }

  /**
   * The output for one query.
   *
   * @param counts which steps forget
   * @param query features of the query
   * @param queryPosition where the query stands
   * @param keys [size][T]
   * @param values [size][T]
   */
  double[] of(
      double[] query,
      int queryPosition,
      double[][] keys,
      double[][] values,
      Visibility visible,
      Visibility counts) {
    int steps = keys[0].length;
    double[] joined = new double[heads * headSize];
    for (int head = 0; head < heads; head++) {
      int shared = head * keyValueHeads / heads;
      double[] q = place(scaled(project("q", head, query), "gq"), queryPosition);
      double[] weights = new double[steps];
      double largest = Double.NEGATIVE_INFINITY;
      for (int key = 0; key < steps; key++) {
        if (visible.sees(key)) {
          double[] k = place(scaled(project("k", shared, column(keys, key)), "gk"), key);
          weights[key] = dot(q, k) / Math.sqrt(headSize);
          if (position == Position.ALIBI) {
            weights[key] -= slopes(heads).get(head) * Math.abs(queryPosition - key);
          }
          for (int step = key + 1; step <= queryPosition && position == FORGETTING; step++) {
            weights[key] += counts.sees(step) ? Math.log(gate(head, column(keys, step))) : 0;
          }
          largest = Math.max(largest, weights[key]);
        }
      }
      double sum = 0;
      for (int key = 0; key < steps; key++) {
        weights[key] = visible.sees(key) ? Math.exp(weights[key] - largest) : 0;
        sum += weights[key];
      }
      for (int key = 0; key < steps; key++) {
        if (weights[key] > 0) {
          double[] v = project("v", shared, column(values, key));
          for (int i = 0; i < headSize; i++) {
            joined[head * headSize + i] += weights[key] / sum * v[i];
          }
        }
      }
    }
    return output(gated(joined, query));
  }

  /** Multiplied by the logistic function of a map of what the query is projected from. */
  private double[] gated(double[] joined, double[] query) {
    INDArray weights = parameters.get("Wgate");
    if (weights != null) {
      int share = joined.length / (int) weights.size(0);
      for (int i = 0; i < joined.length; i++) {
        double z = parameters.get("bgate").getDouble(i / share);
        for (int j = 0; j < query.length; j++) {
          z += weights.getDouble(i / share, j) * query[j];
        }
        joined[i] /= 1 + Math.exp(-z);
      }
    }
    return joined;
  }

  /** The forget gate of a step. */
  private double gate(int head, double[] x) {
    double z = parameters.get("bforget").getDouble(head);
    for (int j = 0; j < x.length; j++) {
      z += parameters.get("Wforget").getDouble(head, j) * x[j];
    }
    return 1 / (1 + Math.exp(-z));
  }

  private double[] project(String role, int head, double[] x) {
    INDArray weights = parameters.get("W" + role);
    INDArray bias = parameters.get("b" + role);
    double[] result = new double[headSize];
    for (int i = 0; i < headSize; i++) {
      result[i] = bias == null ? 0 : bias.getDouble(head, i);
      for (int j = 0; j < x.length; j++) {
        result[i] += weights.getDouble(head, i, j) * x[j];
      }
    }
    return result;
  }

  private double[] scaled(double[] x, String name) {
    INDArray scale = parameters.get(name);
    if (scale != null) {
      double root = Math.sqrt(dot(x, x) / x.length + 1e-6);
      for (int i = 0; i < x.length; i++) {
        x[i] *= scale.getDouble(i) / root;
      }
    }
    return x;
  }

  /** Rotates the pairs (i, i + d/2). */
  private double[] place(double[] x, int at) {
    if (position == Position.ROTARY) {
      int half = x.length / 2;
      for (int i = 0; i < half; i++) {
        double angle = at * Math.pow(rotaryBase, -2.0 * i / x.length);
        double first = x[i];
        double second = x[i + half];
        x[i] = first * Math.cos(angle) - second * Math.sin(angle);
        x[i + half] = first * Math.sin(angle) + second * Math.cos(angle);
      }
    }
    return x;
  }

  private double[] output(double[] joined) {
    INDArray weights = parameters.get("Wo");
    INDArray bias = parameters.get("bo");
    double[] result = new double[(int) weights.size(1)];
    for (int i = 0; i < result.length; i++) {
      result[i] = bias == null ? 0 : bias.getDouble(i);
      for (int j = 0; j < joined.length; j++) {
        result[i] += weights.getDouble(j, i) * joined[j];
      }
    }
    return result;
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  static double[] column(double[][] x, int step) {
    double[] result = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      result[i] = x[i][step];
    }
    return result;
  }

  /** One example of a sequence, [size][T]. */
  static double[][] example(INDArray input, int example) {
    double[][] result = new double[(int) input.size(1)][(int) input.size(2)];
    for (int i = 0; i < result.length; i++) {
      for (int step = 0; step < result[i].length; step++) {
        result[i][step] = input.getDouble(example, i, step);
      }
    }
    return result;
  }

  /** Which keys the queries of a sequence see, besides a mask. */
  interface Pairs {
    /**
     * Whether a query sees a key.
     *
     * @param rank how many keys before it are not masked
     */
    boolean see(int query, int key, int rank);
  }

  /** The outputs of a self-attention layer, shape [b, nOut, T]. */
  INDArray selfAttention(INDArray input, @Nullable INDArray mask, boolean causal) {
    return selfAttention(input, mask, (query, key, rank) -> !causal || key <= query);
  }

  /** The same with a rule of one's own. */
  INDArray selfAttention(INDArray input, @Nullable INDArray mask, Pairs pairs) {
    return attention(input, input, input, mask, pairs);
  }

  /**
   * The outputs of a vertex, shape [b, nOut, Tq]. The last query stands at the last key, and what
   * the rule calls a query is where it stands.
   */
  INDArray attention(
      INDArray queries, INDArray keys, INDArray values, @Nullable INDArray mask, Pairs pairs) {
    INDArray result =
        Nd4j.zeros(DataType.DOUBLE, queries.size(0), parameters.get("Wo").size(1), queries.size(2));
    int before = (int) (keys.size(2) - queries.size(2));
    for (int example = 0; example < queries.size(0); example++) {
      double[][] q = example(queries, example);
      double[][] k = example(keys, example);
      double[][] v = example(values, example);
      int row = example;
      for (int step = 0; step < queries.size(2); step++) {
        int query = before + step;
        double[] output =
            of(
                column(q, step),
                query,
                k,
                v,
                key -> isVisible(mask, row, key) && pairs.see(query, key, rank(mask, row, key)),
                key -> isVisible(mask, row, key));
        for (int i = 0; i < output.length; i++) {
          result.putScalar(example, i, step, output[i]);
        }
      }
    }
    return result;
  }

  private static boolean isVisible(@Nullable INDArray mask, int example, int key) {
    return mask == null || mask.getDouble(example, key) != 0;
  }

  private static int rank(@Nullable INDArray mask, int example, int key) {
    int rank = 0;
    for (int before = 0; before < key; before++) {
      rank += isVisible(mask, example, before) ? 1 : 0;
    }
    return rank;
  }

  /** As the authors of ALiBi compute them, by recursion on the number of heads. */
  private static List<Double> slopes(int heads) {
    int power = 1;
    while (2 * power <= heads) {
      power *= 2;
    }
    List<Double> slopes = new ArrayList<>();
    double start = Math.pow(2, -8.0 / power);
    for (int i = 1; i <= power; i++) {
      slopes.add(Math.pow(start, i));
    }
    if (power < heads) {
      List<Double> finer = slopes(2 * power);
      for (int i = 0; slopes.size() < heads; i += 2) {
        slopes.add(finer.get(i));
      }
    }
    return slopes;
  }
}
