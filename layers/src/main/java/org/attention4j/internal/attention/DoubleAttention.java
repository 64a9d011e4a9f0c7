package org.attention4j.internal.attention;

import java.util.Arrays;
import org.attention4j.kernel.DoubleRow;
import org.jspecify.annotations.Nullable;

/**
 * The operation in DOUBLE, row by row in plain loops: for gradient checks, and the other road that
 * {@link FloatAttention} is compared with. Keeps nothing between the passes.
 */
public final class DoubleAttention {
  private final AttentionProblem problem;
  private final AttentionShape shape;
  private final double[] q;
  private final double[] k;
  private final double[] v;
  private final double[][] parameters;
  private final VisibleKeys[] visible;
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
    this.problem = problem;
    this.shape = problem.shape();
    this.q = q;
    this.k = k;
    this.v = v;
    this.parameters = parameters;
    visible = new VisibleKeys[shape.examples()];
    Arrays.setAll(visible, b -> new VisibleKeys(mask, b * shape.keys(), shape.keys()));
    dropout = new Dropout(problem.dropout(), problem.seed());
    context = new HeadContext(problem.parameters(), problem.kernel().savedValues());
    weights = new double[shape.keys()];
    scores = new double[shape.keys()];
    gradients = new double[shape.keys()];
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
          dropout.apply(weightRow, row.index(), row.keys(), 0);
          for (int c = 0; c < shape.valueSize(); c++) {
            double sum = 0;
            for (int i = 0; i < row.seen(); i++) {
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
    double[][] parameterGradients = new double[problem.parameters()][shape.heads()];
    forEachRow(
        row -> {
          weigh(row);
          int n = row.seen();
          for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int c = 0; c < shape.valueSize(); c++) {
              sum += outputGradient[row.output(c)] * v[row.value(c, i)];
            }
            gradients[i] = sum;
          }
          gradientRow.over(gradients, 0, n);
          dropout.apply(gradientRow, row.index(), row.keys(), 0);
          context.clearGradients();
          problem.kernel().backward(scoreRow, weightRow, gradientRow, context);
          for (int p = 0; p < parameterGradients.length; p++) {
            parameterGradients[p][row.head()] += context.gradient(p);
          }
          dropout.apply(weightRow, row.index(), row.keys(), 0);
          addGradients(row, outputGradient, dq, dk, dv);
        });
    return parameterGradients;
  }

  private void addGradients(
      Place row, double[] outputGradient, double[] dq, double[] dk, double[] dv) {
    for (int i = 0; i < row.seen(); i++) {
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

  /** Leaves the scores and the weights of a row, before dropout, in their arrays. */
  private void weigh(Place row) {
    double slope = problem.linearBiases() ? problem.slope(row.head()) : 0;
    for (int i = 0; i < row.seen(); i++) {
      double sum = 0;
      for (int c = 0; c < shape.headSize(); c++) {
        sum += q[row.query(c)] * k[row.key(c, i)];
      }
      int distance = row.query() + problem.queryOffset() - row.keys().position(i);
      scores[i] = problem.scale() * sum - slope * Math.abs(distance);
      weights[i] = scores[i];
    }
    for (int p = 0; p < parameters.length; p++) {
      context.setParameter(p, parameters[p][row.head()]);
    }
    scoreRow.over(scores, 0, row.seen());
    problem.kernel().forward(weightRow.over(weights, 0, row.seen()), context.row(row.seen()));
  }

  private interface RowAction {
    void run(Place row);
  }

  /** One row, and where its numbers stand in the arrays. */
  private record Place(
      AttentionShape shape, VisibleKeys keys, int example, int head, int query, int seen) {
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
      int start = shape.key(example, head / shape.group(), features);
      return start + feature * shape.keys() + keys.position(i);
    }
  }

  /** Every row that sees a key. */
  private void forEachRow(RowAction action) {
    for (int b = 0; b < shape.examples(); b++) {
      for (int head = 0; head < shape.heads(); head++) {
        for (int query = 0; query < shape.queries(); query++) {
          int seen = problem.visible(visible[b], query);
          if (seen > 0) {
            action.run(new Place(shape, visible[b], b, head, query, seen));
          }
        }
      }
    }
  }
}
