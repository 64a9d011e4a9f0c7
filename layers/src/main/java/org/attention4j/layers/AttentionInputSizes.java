package org.attention4j.layers;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What the inputs of an {@link AttentionVertex} must look like. One input is queries, keys and
 * values; of two, the second is keys and values.
 *
 * @param queries features of each query
 * @param keys features of each key
 * @param values features of each value
 */
record AttentionInputSizes(long queries, long keys, long values) {
  static final int MOST_INPUTS = 3;

  /** Checks arrays at the forward pass. */
  void check(Requirements require, INDArray[] inputs) {
    checkCount(require, inputs.length);
    INDArray keyInput = inputs[Math.min(1, inputs.length - 1)];
    INDArray valueInput = inputs[inputs.length - 1];
    require.sequence("the input queries", inputs[0], queries);
    require.sequence("the input keys", keyInput, keys);
    require.sequence("the input values", valueInput, values);
    require.that(
        inputs[0].size(0) == keyInput.size(0),
        "the number of examples in keys",
        () -> String.valueOf(keyInput.size(0)),
        () -> "%d as in queries".formatted(inputs[0].size(0)));
    require.that(
        keyInput.size(0) == valueInput.size(0) && keyInput.size(2) == valueInput.size(2),
        "the values' shape",
        () -> Arrays.toString(valueInput.shape()),
        () -> "[%d, %d, %d] to fit the keys".formatted(keyInput.size(0), values, keyInput.size(2)));
  }

  /** Checks types when the network is configured. */
  void check(Requirements require, InputType[] inputs) {
    checkCount(require, inputs.length);
    long[] sizes = {queries, keys, values};
    String[] names = {"nInQueries", "nInKeys", "nInValues"};
    for (int i = 0; i < MOST_INPUTS; i++) {
      long actual = SequenceTypes.size(require, inputs[Math.min(i, inputs.length - 1)]);
      require.that(actual == sizes[i], names[i], sizes[i], actual + ", the features of that input");
    }
  }

  private static void checkCount(Requirements require, int inputs) {
    require.that(
        inputs >= 1 && inputs <= MOST_INPUTS,
        "the number of inputs",
        inputs,
        "1 (self-attention), 2 (queries; keys and values) or 3 (queries, keys, values)");
  }
}
