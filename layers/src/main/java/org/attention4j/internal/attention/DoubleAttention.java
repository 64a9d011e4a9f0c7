package org.attention4j.internal.attention;

import org.attention4j.kernel.DoubleRow;
import org.jspecify.annotations.Nullable;

/**
 * Fused attention in DOUBLE, row by row in plain loops: for gradient checks, and as the other
 * implementation that {@link FloatAttention} is compared with. Keeps nothing between the passes.
 */
public final class DoubleAttention {
  private final AttentionProblem problem;
  private final AttentionShape shape;
  private final double[] q;
  private final double[] k;
  private final double[] v;
  private final double @Nullable [] decays;
  private final double[][] parameters;
  private final VisibleKeys[] visibleKeys;
  private final Dropout dropout;
  private final HeadContext context;
  private final double[] weights;
  private final double[] scores;
  private final double[] gradients;
  private final DoubleRow weightRow = new DoubleRow();
  private final DoubleRow scoreRow = new DoubleRow();
  private final DoubleRow gradientRow = new DoubleRow();

  /**
   * Describes one call.
   *
   * @param problem what to compute
   * @param q Q, channel-major as in {@link AttentionShape}
   * @param k K
   * @param v V
   * @param mask zero for a masked key, [b, Tk]; null if none is masked
   * @param parameters the normalizer's learnable parameters, each [h]
   */
  public DoubleAttention(
      AttentionProblem problem,
      double[] q,
      double[] k,
      double[] v,
      float @Nullable [] mask,
      double[]... parameters) {
    this(
        problem,
        q,
        k,
        v,
        VisibleKeys.ofExamples(mask, problem.shape().examples(), problem.shape().keys()),
        null,
        parameters);
  }

  private DoubleAttention(
      AttentionProblem problem,
      double[] q,
      double[] k,
      double[] v,
      VisibleKeys[] visibleKeys,
      double @Nullable [] decays,
      double[]... parameters) {
    this.problem = problem;
    this.visibleKeys = visibleKeys;
    this.decays = decays;
    this.shape = problem.shape();
    this.q = q;
    this.k = k;
    this.v = v;
    this.parameters = parameters;
    dropout = new Dropout(problem.dropout(), problem.seed());
    context = new HeadContext(problem.parameters(), problem.kernel().savedValues());
    weights = new double[shape.keys()];
    scores = new double[shape.keys()];
    gradients = new double[shape.keys()];
  }

  /**
   * The same call where scores decay.
   *
   * @param sums C [b, h, Tk], as in {@link FloatAttention}
   * @return another one; the problem must be causal
   */
  public DoubleAttention withDecays(double[] sums) {
    return new DoubleAttention(problem, q, k, v, visibleKeys, sums, parameters);
  }

  /**
   * Computes the output.
   *
   * @param output where it goes, [b, h, dv, Tq]
   */
  public void forward(double[] output) {
    forEachRow(
        row -> {
          weigh(row);
          drop(weightRow, weights, row);
          for (int c = 0; c < shape.valueSize(); c++) {
            double sum = 0;
            for (int i = 0; i < row.visible(); i++) {
              sum += weights[i] * v[row.value(c, i)];
            }
            output[row.output(c)] = sum;
          }
        });
  }

  /**
   * Computes the gradients.
   *
   * @param outputGradient dL/doutput, [b, h, dv, Tq]
   * @param dq where dL/dQ goes, zero on entry
   * @param dk where dL/dK goes, zero on entry
   * @param dv where dL/dV goes, zero on entry
   * @return dL/dparameter for each parameter, [h]
   */
  public double[][] backward(double[] outputGradient, double[] dq, double[] dk, double[] dv) {
    return backward(outputGradient, dq, dk, dv, new double[decays == null ? 0 : decays.length]);
  }

  /**
   * The same, and the gradient by the sums of the decays.
   *
   * @param outputGradient dL/doutput, [b, h, dv, Tq]
   * @param dq where dL/dQ goes, zero on entry
   * @param dk where dL/dK goes, zero on entry
   * @param dv where dL/dV goes, zero on entry
   * @param decayGradient where dL/dC goes, zero on entry
   * @return dL/dparameter for each parameter, [h]
   */
  public double[][] backward(
      double[] outputGradient, double[] dq, double[] dk, double[] dv, double[] decayGradient) {
    double[][] parameterGradients = new double[problem.parameters()][shape.heads()];
    forEachRow(
        row -> {
          weigh(row);
          int n = row.visible();
          for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int c = 0; c < shape.valueSize(); c++) {
              sum += outputGradient[row.output(c)] * v[row.value(c, i)];
            }
            gradients[i] = sum;
          }
          drop(gradientRow, gradients, row);
          gradientRow.over(gradients, 0, n);
          context.clearGradients();
          problem.kernel().backward(scoreRow, weightRow, gradientRow, context);
          for (int p = 0; p < parameterGradients.length; p++) {
            parameterGradients[p][row.head()] += context.gradient(p);
          }
          if (decays != null) {
            for (int i = 0; i < n; i++) {
              decayGradient[row.decay()] += gradients[i];
              decayGradient[row.decay(i)] -= gradients[i];
            }
          }
          drop(weightRow, weights, row);
          addGradients(row, outputGradient, dq, dk, dv);
        });
    return parameterGradients;
  }

  /** The first keys and the others are two ranges of neighbouring keys. */
  private void drop(DoubleRow numbers, double[] values, RowAddress row) {
    dropout.apply(numbers.over(values, 0, row.first()), row.index(), row.keys(), 0);
    int others = row.visible() - row.first();
    dropout.apply(numbers.over(values, row.first(), others), row.index(), row.keys(), row.start());
  }

  private void addGradients(
      RowAddress row, double[] outputGradient, double[] dq, double[] dk, double[] dv) {
    for (int i = 0; i < row.visible(); i++) {
      for (int c = 0; c < shape.valueSize(); c++) {
        dv[row.value(c, i)] += weights[i] * outputGradient[row.output(c)];
      }
      double change = problem.scale() * gradients[i];
      for (int c = 0; c < shape.headSize(); c++) {
        dq[row.query(c)] += change * k[row.key(c, i)];
        dk[row.key(c, i)] += change * q[row.query(c)];
      }
    }
  }

  /** Computes the scores and the weights, before dropout, of a row. */
  private void weigh(RowAddress row) {
    double slope = problem.linearBiases() ? problem.slope(row.head()) : 0;
    for (int i = 0; i < row.visible(); i++) {
      double sum = 0;
      for (int c = 0; c < shape.headSize(); c++) {
        sum += q[row.query(c)] * k[row.key(c, i)];
      }
      int distance = row.query() + problem.queryOffset() - row.position(i);
      scores[i] = problem.scale() * sum - slope * Math.abs(distance);
      if (decays != null) {
        scores[i] += decays[row.decay()] - decays[row.decay(i)];
      }
      weights[i] = scores[i];
    }
    for (int p = 0; p < parameters.length; p++) {
      context.setParameter(p, parameters[p][row.head()]);
    }
    scoreRow.over(scores, 0, row.visible());
    problem.kernel().forward(weightRow.over(weights, 0, row.visible()), context.row(row.visible()));
  }

  private interface RowAction {
    void run(RowAddress row);
  }

  /**
   * One row, and the indices of its numbers in the arrays. It sees the first keys, and then others
   * from {@code start} on.
   */
  private record RowAddress(
      AttentionShape shape,
      VisibleKeys keys,
      int example,
      int head,
      int query,
      int first,
      int start,
      int visible) {
    int position(int i) {
      return keys.position(i < first ? i : i - first + start);
    }

    /** Where the sum of the query's position is. */
    int decay() {
      return shape.decays(example, head) + query + shape.keys() - shape.queries();
    }

    /** Where that of a key's position is. */
    int decay(int i) {
      return shape.decays(example, head) + position(i);
    }

    int index() {
      return shape.row(example, head, query);
    }

    int query(int feature) {
      return shape.query(example, head, shape.headSize()) + feature * shape.queries() + query;
    }

    int output(int feature) {
      return shape.query(example, head, shape.valueSize()) + feature * shape.queries() + query;
    }

    int key(int feature, int i) {
      return at(shape.headSize(), feature, i);
    }

    int value(int feature, int i) {
      return at(shape.valueSize(), feature, i);
    }

    private int at(int features, int feature, int i) {
      int from = shape.key(example, head / shape.group(), features);
      return from + feature * shape.keys() + position(i);
    }
  }

  /** Every row that sees a key. */
  private void forEachRow(RowAction action) {
    for (int b = 0; b < shape.examples(); b++) {
      for (int head = 0; head < shape.heads(); head++) {
        for (int query = 0; query < shape.queries(); query++) {
          VisibleKeys keys = visibleKeys[b];
          int start = problem.start(keys, query);
          int first = problem.first(start);
          int visible = first + problem.end(keys, query) - start;
          if (visible > 0) {
            action.run(new RowAddress(shape, keys, b, head, query, first, start, visible));
          }
        }
      }
    }
  }
}
