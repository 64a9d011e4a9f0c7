package org.attention4j.layers;

import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * What one attention of a layer or vertex is made from.
 *
 * @param queries the sequence that queries are projected from
 * @param keys the sequence that keys are projected from
 * @param values what values are projected from, shape [b, valueSize, Tk]
 * @param learnedQueries whether the queries are those of one example, which every example shares
 * @param keyMask zero for a masked key, shape [b, Tk]; null if none is masked
 * @param queryMask zero for a query that the penalty on low entropy leaves out, shape [b, Tq]; null
 *     if there is none
 * @param weightsShape the shape [b, h, Tq, Tk] for given shapes of the inputs
 */
record AttentionSources(
    Sequence queries,
    Sequence keys,
    SDVariable values,
    boolean learnedQueries,
    @Nullable SDVariable keyMask,
    @Nullable SDVariable queryMask,
    Function<Map<String, long[]>, long[]> weightsShape) {

  /**
   * A sequence that is projected.
   *
   * @param x shape [b, size, T]
   * @param shape its sizes
   * @param positions the positions of its steps, shape [T]
   */
  record Sequence(SDVariable x, SequenceShape shape, SDVariable positions) {}

  /** The values as a sequence beside the keys. */
  Sequence valueSequence() {
    return new Sequence(values, keys.shape(), keys.positions());
  }

  /** The sizes of the output. */
  SequenceShape outputShape() {
    return learnedQueries ? keys.shape().withSteps(queries.shape()) : queries.shape();
  }
}
