package org.attention4j.layers;

import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeRecurrent;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;

/** Input types of layers that take sequences. */
final class SequenceTypes {
  private SequenceTypes() {}

  /** The number of features of each step. */
  static long size(Layer layer, @Nullable InputType type) {
    return recurrent(layer, type).getSize();
  }

  /** A sequence of the same length with another number of features. */
  static InputType output(Layer layer, @Nullable InputType type, long size) {
    return InputType.recurrent(size, recurrent(layer, type).getTimeSeriesLength());
  }

  private static InputTypeRecurrent recurrent(Layer layer, @Nullable InputType type) {
    if (type instanceof InputTypeRecurrent sequence) {
      return sequence;
    }
    new Requirements(layer.getClass(), layer.getLayerName())
        .that(false, "the input type", String.valueOf(type), "a sequence, InputType.recurrent(..)");
    throw new AssertionError();
  }
}
