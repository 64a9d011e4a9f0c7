package org.attention4j.internal.graph;

import java.util.List;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.threads.Workers;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Learned vectors of positions, added to the steps of sequences, as one operation of a graph that a
 * {@link GraphProgram} runs on Java arrays, in FLOAT: {@code y[b, c, t] = x[b, c, t] + P[c, t]}.
 *
 * <p>Inputs: x [b, size, T]; P [size, positions], of which the first T are used. Output: y, of the
 * shape of x.
 */
public final class FusedPositions extends SingleOutputOperation {
  private static final String NAME = "attention4j_positions";

  /** Numbers of x that one task takes, in whole rows. */
  private static final int CHUNK = 1 << 14;

  private FusedPositions(SDVariable x, SDVariable learned) {
    super(NAME, DataType.FLOAT, x.getSameDiff(), x, learned);
  }

  /**
   * Writes the operation into a graph.
   *
   * @param x the sequences, FLOAT
   * @param learned P, FLOAT, with at least as many positions as x has steps
   * @return y
   */
  public static SDVariable add(SDVariable x, SDVariable learned) {
    return new FusedPositions(x, learned).outputVariables()[0];
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public Value[] run(Value[] inputs) {
    float[] x = inputs[0].floats();
    float[] learned = inputs[1].floats();
    int steps = inputs[0].size(2);
    int size = inputs[1].size(0);
    int positions = inputs[1].size(1);
    float[] y = FloatArrays.take(x.length);
    forEachRow(
        inputs[0].size(0) * size,
        steps,
        row -> {
          int at = row * steps;
          int position = row % size * positions;
          for (int t = 0; t < steps; t++) {
            y[at + t] = x[at + t] + learned[position + t];
          }
        });
    return new Value[] {Value.of(y, inputs[0].shape())};
  }

  private interface Row {
    void compute(int row);
  }

  /** Computes rows, each from so many numbers. */
  private static void forEachRow(int rows, int numbers, Row row) {
    int part = Math.max(1, CHUNK / Math.max(1, numbers));
    Workers.runRanges(
        rows,
        part,
        rows > part,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            row.compute(i);
          }
        });
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    SDVariable arriving = gradients.get(0);
    return List.of(arriving, new Gradient(sameDiff, arriving, arg(1)).outputVariables()[0]);
  }

  /** dL/dP[c, t] = Σ_b dL/dy[b, c, t]. Inputs: dL/dy and P, for its shape. Output: dL/dP. */
  private static final class Gradient extends SingleOutputOperation {
    private static final String NAME = "attention4j_positions_gradient";

    Gradient(SameDiff sd, SDVariable arriving, SDVariable learned) {
      super(NAME, DataType.FLOAT, sd, arriving, learned);
    }

    @Override
    public String opName() {
      return NAME;
    }

    @Override
    public Value[] run(Value[] inputs) {
      float[] arriving = inputs[0].floats();
      int examples = inputs[0].size(0);
      int steps = inputs[0].size(2);
      int size = inputs[1].size(0);
      int positions = inputs[1].size(1);
      float[] gradient = FloatArrays.zeros(size * positions);
      forEachRow(
          size,
          examples * steps,
          c -> {
            double[] sums = new double[steps];
            for (int example = 0; example < examples; example++) {
              int at = (example * size + c) * steps;
              for (int t = 0; t < steps; t++) {
                sums[t] += arriving[at + t];
              }
            }
            for (int t = 0; t < steps; t++) {
              gradient[c * positions + t] = (float) sums[t];
            }
          });
      return new Value[] {Value.of(gradient, inputs[1].shape())};
    }
  }
}
