package org.attention4j.layers;

import static org.attention4j.internal.graph.GraphShapes.sizeInProgram;

import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The decay of {@link Position#FORGETTING} as ordinary operations, in DOUBLE: with the gates f_l =
 * σ(z_l), the score of a query at position i and a key at position j gets {@code C_i - C_j}, where
 * {@code C_t = Σ_{l ≤ t} log f_l}. A masked step has the gate 1.
 */
final class ForgetGates {
  /** σ of less is zero in no type, and its logarithm is finite; scores have no use for more. */
  private static final double LOWEST = -700;

  private final SameDiff sd;
  private final SDVariable positions;
  private final SDVariable heads;
  private final SDVariable examples;

  /** log f, shape [b * h, T]. */
  private final SDVariable logs;

  /** C at the keys, shape [b, h, T]. */
  private final SDVariable sums;

  /**
   * Takes the gates of a sequence.
   *
   * @param z shape [b, h, T]
   * @param mask zero for a masked step, shape [b, T]; null if none is masked
   * @param positions of the steps, shape [T]
   */
  ForgetGates(SDVariable z, @Nullable SDVariable mask, SDVariable positions) {
    this.positions = positions;
    sd = z.getSameDiff();
    examples = sizeInProgram(z, 0);
    heads = sizeInProgram(z, 1);
    SDVariable bounded = sd.math.clipByValue(z.castTo(DataType.DOUBLE), LOWEST, Double.MAX_VALUE);
    SDVariable all = sd.nn.softplus(bounded.neg()).neg();
    SDVariable counted = mask == null ? all : all.mul(sd.stack(1, mask.castTo(DataType.DOUBLE)));
    logs = counted.reshape(sd.stack(0, examples.mul(heads), sizeInProgram(z, 2)));
    sums = sumsAt(positions);
  }

  /** C at the steps, DOUBLE, shape [b, h, T]. */
  SDVariable sums() {
    return sums;
  }

  /**
   * What is added to the scores.
   *
   * @param queries the positions of the queries, shape [Tq]
   * @return DOUBLE, shape [b, h, Tq, T]; of no meaning for keys after the query
   */
  SDVariable bias(SDVariable queries) {
    SDVariable ofQueries = queries.name().equals(positions.name()) ? sums : sumsAt(queries);
    return sd.stack(3, ofQueries).sub(sd.stack(2, sums));
  }

  /** A product with a triangle of ones: the framework's own gradient of cumsum is wrong. */
  private SDVariable sumsAt(SDVariable queries) {
    SDVariable upTo = positions.reshape(-1, 1).lte(queries.reshape(1, -1));
    return logs.mmul(upTo.castTo(DataType.DOUBLE))
        .reshape(sd.stack(0, examples, heads, sizeInProgram(queries, 0)));
  }
}
