package org.attention4j.layers;

import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeRecurrent;
import org.jspecify.annotations.Nullable;

/** Input types of layers that take sequences. */
final class SequenceTypes {
  private SequenceTypes() {}

  /** The number of features of each step. */
  static long size(Requirements require, @Nullable InputType type) {
    return recurrent(require, type).getSize();
  }

  /** A sequence of the same length with another number of features. */
  static InputType output(Requirements require, @Nullable InputType type, long size) {
    return InputType.recurrent(size, recurrent(require, type).getTimeSeriesLength());
  }

  private static InputTypeRecurrent recurrent(Requirements require, @Nullable InputType type) {
    if (type instanceof InputTypeRecurrent sequence) {
      require.that(
          sequence.getFormat() != RNNFormat.NWC,
          "the input type's format",
          sequence.getFormat(),
          "NCW, sequences of shape [b, size, T]");
      return sequence;
    }
    require.that(
        false, "the input type", String.valueOf(type), "a sequence, InputType.recurrent(..)");
    throw new AssertionError();
  }
}
