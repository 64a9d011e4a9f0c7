package org.attention4j.internal.probes;

import org.attention4j.internal.dotproduct.ParameterNames;
import org.attention4j.internal.graph.HostArrays;
import org.attention4j.layers.AttentionSpec;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Norm and faulty entries of the share of one head in a parameter, in its gradient or its update.
 *
 * @param norm its Euclidean norm
 * @param nans how many of its entries are NaN
 * @param infinities how many of its entries are infinite
 */
record HeadParameterNorms(double norm, long nans, long infinities) {
  /**
   * The shares of all heads. Each share is a block of the array in C order.
   *
   * @param name the parameter's name in the layer
   * @return one for each head; none if the parameter belongs to all heads together
   */
  static HeadParameterNorms[] of(AttentionSpec spec, String name, INDArray array) {
    int heads = spec.heads();
    int blocks =
        switch (name) {
          case ParameterNames.QUERY_WEIGHTS,
              ParameterNames.KEY_WEIGHTS,
              ParameterNames.VALUE_WEIGHTS,
              ParameterNames.QUERY_BIAS,
              ParameterNames.KEY_BIAS,
              ParameterNames.VALUE_BIAS ->
              Math.toIntExact(array.size(0));
          case ParameterNames.OUTPUT_WEIGHTS,
              ParameterNames.GATE_WEIGHTS,
              ParameterNames.GATE_BIAS,
              ParameterNames.FORGET_WEIGHTS,
              ParameterNames.FORGET_BIAS ->
              heads;
          default -> isOfNormalizer(spec, name) ? heads : 0;
        };
    return blocks == 0 ? new HeadParameterNorms[0] : ofBlocks(array, blocks, heads);
  }

  /**
   * The shares of all heads in an array of equal blocks.
   *
   * @param array in C order one block after the other
   * @param blocks how many there are; neighbouring heads share one if there are fewer than heads
   * @return one for each head
   */
  static HeadParameterNorms[] ofBlocks(INDArray array, int blocks, int heads) {
    double[] data = HostArrays.numbers(array);
    int length = data.length / blocks;
    HeadParameterNorms[] shares = new HeadParameterNorms[heads];
    for (int head = 0; head < heads; head++) {
      shares[head] = of(data, head * blocks / heads * length, length);
    }
    return shares;
  }

  private static HeadParameterNorms of(double[] data, int start, int length) {
    double squares = 0;
    for (int i = start; i < start + length; i++) {
      squares += data[i] * data[i];
    }
    long nans = 0;
    long infinities = 0;
    if (!Double.isFinite(squares)) {
      for (int i = start; i < start + length; i++) {
        nans += Double.isNaN(data[i]) ? 1 : 0;
        infinities += Double.isInfinite(data[i]) ? 1 : 0;
      }
    }
    return new HeadParameterNorms(Math.sqrt(squares), nans, infinities);
  }

  private static boolean isOfNormalizer(AttentionSpec spec, String name) {
    return spec.normalizer().parameters(spec.heads()).stream()
        .anyMatch(parameter -> parameter.name().equals(name));
  }
}
