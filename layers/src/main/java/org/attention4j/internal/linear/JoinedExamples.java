package org.attention4j.internal.linear;

import java.util.Optional;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.threads.Workers;
import org.attention4j.internal.vector.FloatOps;

/**
 * Sequences one after the other, as if they were one: [b, features, T] as [features, b T]. What is
 * the same for each step can take them so. Products work on panels of steps, of which the last one
 * of each sequence has room that is computed for nothing; of a joined one there is one such panel.
 *
 * @param examples b
 * @param steps T
 */
public record JoinedExamples(int examples, int steps) {
  private static final int PANEL = FloatOps.TILES.panel();

  /** Numbers below which waking another thread does not pay. */
  private static final int SMALL = 1 << 15;

  /**
   * Decides whether to join. Two copies cost about as much as an eighth of a product.
   *
   * @param examples b
   * @param steps T
   * @return how to join; empty if too little would be saved
   */
  public static Optional<JoinedExamples> ifItPays(int examples, int steps) {
    long apart = (long) examples * MatrixPacking.roundUp(steps, PANEL);
    long together = MatrixPacking.roundUp(examples * steps, PANEL);
    return apart - together > apart / 8
        ? Optional.of(new JoinedExamples(examples, steps))
        : Optional.empty();
  }

  /**
   * The number of steps of all examples.
   *
   * @return b T
   */
  public int columns() {
    return examples * steps;
  }

  /**
   * Joins sequences.
   *
   * @param x [b, features, T]
   * @return [features, b T], to be given back by the caller
   */
  public float[] join(float[] x) {
    float[] joined = FloatArrays.take(x.length);
    forEachRow(x.length, (apart, together) -> System.arraycopy(x, apart, joined, together, steps));
    return joined;
  }

  /**
   * Takes sequences apart again.
   *
   * @param joined [features, b T], which is given back
   * @return [b, features, T]
   */
  public float[] split(float[] joined) {
    float[] x = FloatArrays.take(joined.length);
    forEachRow(x.length, (apart, together) -> System.arraycopy(joined, together, x, apart, steps));
    FloatArrays.giveBack(joined);
    return x;
  }

  private interface Row {
    void copy(int apart, int together);
  }

  private void forEachRow(int length, Row row) {
    int features = length / columns();
    Workers.run(
        examples,
        length >= SMALL,
        example -> {
          for (int feature = 0; feature < features; feature++) {
            row.copy((example * features + feature) * steps, feature * columns() + example * steps);
          }
        });
  }
}
