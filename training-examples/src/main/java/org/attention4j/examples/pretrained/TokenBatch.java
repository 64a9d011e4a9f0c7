package org.attention4j.examples.pretrained;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Texts of different length that are computed together.
 *
 * @param ids [b][T], zeros after the end of a text
 * @param lengths how many tokens of each text there are
 */
record TokenBatch(int[][] ids, int[] lengths) {
  /**
   * Joins texts in their order.
   *
   * @param texts the tokens of each
   * @param size texts of a batch; the last may have fewer
   * @return the batches
   */
  static List<TokenBatch> of(List<int[]> texts, int size) {
    List<TokenBatch> batches = new ArrayList<>();
    for (int from = 0; from < texts.size(); from += size) {
      batches.add(of(texts.subList(from, Math.min(from + size, texts.size()))));
    }
    return batches;
  }

  private static TokenBatch of(List<int[]> texts) {
    int[] lengths = texts.stream().mapToInt(text -> text.length).toArray();
    int steps = 0;
    for (int length : lengths) {
      steps = Math.max(steps, length);
    }
    int[][] ids = new int[lengths.length][steps];
    for (int b = 0; b < ids.length; b++) {
      System.arraycopy(texts.get(b), 0, ids[b], 0, lengths[b]);
    }
    return new TokenBatch(ids, lengths);
  }

  int size() {
    return ids.length;
  }

  /** T. */
  int steps() {
    return ids[0].length;
  }

  /** The tokens, [b, T]. */
  INDArray tokens() {
    return Nd4j.createFromArray(ids);
  }

  /** One where there is a token, zero where there is padding, [b, T]. */
  INDArray mask() {
    float[][] mask = new float[size()][steps()];
    for (int b = 0; b < mask.length; b++) {
      Arrays.fill(mask[b], 0, lengths[b], 1);
    }
    return Nd4j.createFromArray(mask);
  }
}
