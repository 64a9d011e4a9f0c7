package org.attention4j.internal.graph;

import java.util.List;
import org.attention4j.internal.attention.Dropout;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.threads.Workers;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Inverted dropout as one operation of a graph that a {@link GraphProgram} runs on Java arrays, in
 * FLOAT. What is dropped is a function of the seed and the index alone, so that the backward pass
 * draws the same and nothing is kept.
 *
 * <p>Inputs: x, of which the last axis is the row; the seed, one INT64. Output: of the shape of x.
 */
public final class SeededDropout extends SingleOutputOperation {
  private static final String NAME = "attention4j_dropout";

  /** Rows that one task takes. */
  private static final int ROWS = 64;

  /** Numbers below which waking another thread does not pay. */
  private static final int SMALL = 1 << 14;

  private final double probability;

  private SeededDropout(SameDiff sd, SDVariable x, SDVariable seed, double probability) {
    super(NAME, DataType.FLOAT, sd, x, seed);
    this.probability = probability;
  }

  /**
   * Writes the operation into a graph.
   *
   * @param x FLOAT, at least one axis
   * @param seed one INT64
   * @param probability the chance of each number to become zero, from 0 to below 1; the others are
   *     divided by 1 - probability
   * @return x with dropout
   */
  public static SDVariable apply(SDVariable x, SDVariable seed, double probability) {
    return new SeededDropout(x.getSameDiff(), x, seed, probability).outputVariables()[0];
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public Value[] run(Value[] inputs) {
    float[] x = inputs[0].floats();
    float[] y = FloatArrays.take(x.length);
    int length = inputs[0].size(-1);
    int rows = x.length / length;
    Dropout dropout = new Dropout(probability, inputs[1].integer());
    Workers.runRanges(
        rows,
        ROWS,
        x.length > SMALL,
        (from, to) -> {
          for (int row = from; row < to; row++) {
            dropout.apply(x, y, row, length);
          }
        });
    return new Value[] {Value.of(y, inputs[0].shape())};
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    return List.of(apply(gradients.get(0), arg(1), probability), sameDiff.zerosLike(arg(1)));
  }
}
