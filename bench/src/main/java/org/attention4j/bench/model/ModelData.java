package org.attention4j.bench.model;

import java.util.SplittableRandom;

/**
 * One batch of sequences in which most tokens follow from the one before, so that there is
 * something to learn.
 *
 * @param tokens what the model reads, [batch, context]
 * @param next the token after each of them, [batch, context]
 */
record ModelData(long[] tokens, long[] next) {
  private static final long SEED = 7;

  /** One token in so many is drawn; the others follow from the one before. */
  private static final int SURPRISE = 4;

  private static final int FACTOR = 5;
  private static final int SHIFT = 7;

  /** Draws the batch, always the same for the same size. */
  static ModelData draw(ModelSize size) {
    SplittableRandom random = new SplittableRandom(SEED);
    ModelData data = new ModelData(new long[size.tokens()], new long[size.tokens()]);
    int at = 0;
    for (int sequence = 0; sequence < size.batch(); sequence++) {
      int token = random.nextInt(size.vocabulary());
      for (int step = 0; step < size.context(); step++) {
        data.tokens[at] = token;
        token =
            random.nextInt(SURPRISE) == 0
                ? random.nextInt(size.vocabulary())
                : (token * FACTOR + SHIFT) % size.vocabulary();
        data.next[at++] = token;
      }
    }
    return data;
  }
}
