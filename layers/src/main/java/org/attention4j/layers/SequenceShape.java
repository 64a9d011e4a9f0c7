package org.attention4j.layers;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * The number of examples and steps of one sequence input, known only when the graph runs, and the
 * shapes made of them.
 */
final class SequenceShape {
  private final SameDiff sd;
  private final SDVariable examples;
  private final SDVariable steps;

  /**
   * Takes the sizes of a sequence.
   *
   * @param x shape [b, size, T]
   */
  SequenceShape(SDVariable x) {
    sd = x.getSameDiff();
    examples = sd.sizeAt(x, 0);
    steps = sd.sizeAt(x, 2);
  }

  /** [b, heads * headSize, T] seen as [b, heads, headSize, T]. */
  SDVariable split(SDVariable x, long heads, long headSize) {
    return x.reshape(sd.stack(0, examples, constant(heads), constant(headSize), steps));
  }

  /** [b, heads, headSize, T] seen as [b, features, T] with features = heads * headSize. */
  SDVariable merge(SDVariable x, long features) {
    return x.reshape(sd.stack(0, examples, constant(features), steps));
  }

  /** Repeats a matrix for each example, since the batched product does not broadcast. */
  SDVariable forEachExample(SDVariable matrix) {
    SDVariable one = constant(1);
    // Not expandDims, which leaves a matrix of one element as it is.
    return sd.tile(sd.stack(0, matrix), sd.stack(0, examples, one, one));
  }

  /** The number of steps T. */
  SDVariable steps() {
    return steps;
  }

  private SDVariable constant(long value) {
    return sd.constant(value);
  }
}
