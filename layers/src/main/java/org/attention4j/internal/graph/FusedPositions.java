package org.attention4j.internal.graph;

import java.util.List;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.threads.Workers;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Learned vectors of positions, added to the steps of sequences, as one operation of a graph that a
 * {@link GraphProgram} runs on Java arrays, in FLOAT: {@code y[b, c, t] = x[b, c, t] + P[c, i]}, i
 * being the position of step t. Positions count from the first visible step. Steps before it have
 * the position 0, and those after the last position have that one; both are masked.
 *
 * <p>Inputs: x [b, size, T]; P [size, positions]; the mask [b, T] if there is one. Output: y, of
 * the shape of x.
 */
public final class FusedPositions extends SingleOutputOperation {
  private static final String NAME = "attention4j_positions";

  /** Numbers of x that one task takes, in whole rows. */
  private static final int CHUNK = 1 << 14;

  private FusedPositions(SDVariable... inputs) {
    super(NAME, DataType.FLOAT, inputs[0].getSameDiff(), inputs);
  }

  /**
   * Writes the operation into a graph.
   *
   * @param x the sequences, FLOAT
   * @param learned P, FLOAT, with a position for each step from the first to the last visible one
   * @param mask zero for a masked step, FLOAT, [b, T]; null if none is masked
   * @return y
   */
  public static SDVariable add(SDVariable x, SDVariable learned, @Nullable SDVariable mask) {
    FusedPositions operation =
        mask == null ? new FusedPositions(x, learned) : new FusedPositions(x, learned, mask);
    return operation.outputVariables()[0];
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
    int[] first = firstSteps(inputs[0], inputs.length > 2 ? inputs[2].floats() : null);
    float[] y = FloatArrays.take(x.length);
    forEachRow(
        inputs[0].size(0) * size,
        steps,
        row -> {
          int at = row * steps;
          int vector = row % size * positions;
          int start = first[row / size];
          int end = Math.min(steps, start + positions);
          for (int t = 0; t < start; t++) {
            y[at + t] = x[at + t] + learned[vector];
          }
          for (int t = start; t < end; t++) {
            y[at + t] = x[at + t] + learned[vector + t - start];
          }
          for (int t = end; t < steps; t++) {
            y[at + t] = x[at + t] + learned[vector + positions - 1];
          }
        });
    return new Value[] {Value.of(y, inputs[0].shape())};
  }

  /** The first visible step of each example; T if there is none. */
  private static int[] firstSteps(Value x, float @Nullable [] mask) {
    int steps = x.size(2);
    int[] first = new int[x.size(0)];
    for (int example = 0; mask != null && example < first.length; example++) {
      while (first[example] < steps && mask[example * steps + first[example]] == 0) {
        first[example]++;
      }
    }
    return first;
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
    SDVariable[] inputs = args().clone();
    inputs[0] = gradients.get(0);
    SDVariable ofVectors = new Gradient(sameDiff, inputs).outputVariables()[0];
    return inputs.length == 2
        ? List.of(inputs[0], ofVectors)
        : List.of(inputs[0], ofVectors, sameDiff.zerosLike(inputs[2]));
  }

  /**
   * dL/dP[c, i] = Σ dL/dy[b, c, t] over the steps at position i. Inputs: as in the forward pass,
   * with dL/dy in place of x. Output: dL/dP.
   */
  private static final class Gradient extends SingleOutputOperation {
    private static final String NAME = "attention4j_positions_gradient";

    Gradient(SameDiff sd, SDVariable... inputs) {
      super(NAME, DataType.FLOAT, sd, inputs);
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
      int[] first = firstSteps(inputs[0], inputs.length > 2 ? inputs[2].floats() : null);
      float[] gradient = FloatArrays.take(size * positions);
      forEachRow(
          size,
          examples * steps,
          c -> {
            double[] sums = new double[positions];
            for (int example = 0; example < examples; example++) {
              int at = (example * size + c) * steps;
              int start = first[example];
              int end = Math.min(steps, start + positions);
              for (int t = 0; t < start; t++) {
                sums[0] += arriving[at + t];
              }
              for (int t = start; t < end; t++) {
                sums[t - start] += arriving[at + t];
              }
              for (int t = end; t < steps; t++) {
                sums[positions - 1] += arriving[at + t];
              }
            }
            for (int i = 0; i < positions; i++) {
              gradient[c * positions + i] = (float) sums[i];
            }
          });
      return new Value[] {Value.of(gradient, inputs[1].shape())};
    }
  }
}
