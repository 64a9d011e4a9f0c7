package org.attention4j.examples.pretrained;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Texts of different length that are computed together.
 *
 * @param ids [b][T], zeros after the end of a text
 * @param lengths how many tokens of each text there are
 * @param texts which of all texts each one is, from 0 on
 */
record TokenBatch(int[][] ids, int[] lengths, int[] texts) {
  /**
   * Joins texts of about the same length, so that there is little padding. Those of the same length
   * keep their order.
   *
   * @param texts the tokens of each
   * @param size texts of a batch; the last may have fewer
   * @return the batches, the shortest texts first
   */
  static List<TokenBatch> of(List<int[]> texts, int size) {
    int[] byLength =
        IntStream.range(0, texts.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> texts.get(i).length))
            .mapToInt(Integer::intValue)
            .toArray();
    List<TokenBatch> batches = new ArrayList<>();
    for (int from = 0; from < byLength.length; from += size) {
      int to = Math.min(from + size, byLength.length);
      batches.add(of(texts, Arrays.copyOfRange(byLength, from, to)));
    }
    return batches;
  }

  private static TokenBatch of(List<int[]> all, int[] which) {
    List<int[]> texts = Arrays.stream(which).mapToObj(all::get).toList();
    int[] lengths = texts.stream().mapToInt(text -> text.length).toArray();
    int steps = 0;
    for (int length : lengths) {
      steps = Math.max(steps, length);
    }
    int[][] ids = new int[lengths.length][steps];
    for (int b = 0; b < ids.length; b++) {
      System.arraycopy(texts.get(b), 0, ids[b], 0, lengths[b]);
    }
    return new TokenBatch(ids, lengths, which);
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
