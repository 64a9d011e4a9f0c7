package org.attention4j.internal.attention;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Inputs of one attention operation, the same numbers for both types.
 *
 * <p>Queries and keys are small multiples of 1/2 and the scale is a fraction of a power of two, so
 * that scores are exact in FLOAT. Both types then see the same ties, and which keys a sparse map
 * drops is no matter of rounding. The scores' standard deviation is about 3.
 */
record AttentionCase(
    String name,
    AttentionShape shape,
    KeyRange range,
    boolean linearBiases,
    boolean forgets,
    double dropout,
    float @Nullable [] mask,
    boolean topical) {
  private static final int SCALE_BITS = 256;

  private static final int TOPICS = 3;
  private static final double TOPIC_OF_QUERY = 8;
  private static final double TOPIC_OF_KEY = 4;

  /** Sizes are distinct primes with remainders at every block, panel and chunk. */
  static Stream<AttentionCase> all() {
    return Stream.of(
        of("plain", 2, 3, 3, 11, 13, 5, 7),
        of("masked", 3, 2, 2, 17, 19, 3, 5).masked(),
        of("causal", 1, 2, 2, 331, 331, 16, 17).causally(),
        of("fewer queries than keys", 1, 2, 2, 67, 317, 17, 16).causally(),
        of("more queries than keys", 1, 2, 2, 139, 71, 37, 3).causally(),
        of("linear biases", 2, 2, 2, 37, 83, 1, 1).biased(),
        of("grouped heads", 2, 6, 2, 73, 79, 3, 5),
        of("dropout", 1, 2, 2, 67, 307, 16, 5).dropped(),
        of("keys in several parts", 1, 1, 1, 71, 509, 131, 127),
        of("one key", 2, 3, 3, 7, 1, 5, 3),
        of("one query", 1, 2, 2, 1, 313, 16, 37),
        of("one of each", 1, 1, 1, 1, 1, 1, 1),
        of("window", 1, 2, 2, 337, 337, 16, 17).causally().windowed(43, 0),
        of("narrow window", 2, 2, 1, 211, 211, 5, 3).causally().windowed(1, 0),
        of("window and first keys", 1, 2, 2, 397, 397, 16, 5).causally().windowed(29, 5),
        of("many first keys", 1, 2, 1, 167, 311, 7, 19).causally().windowed(61, 47),
        of("window to both sides", 2, 2, 2, 131, 257, 3, 17).windowed(37, 3),
        of("more queries than keys see", 1, 2, 2, 307, 101, 5, 3).windowed(13, 2),
        of("masked window", 3, 4, 2, 293, 293, 5, 7).masked().causally().windowed(31, 3),
        of("all of a window", 2, 4, 2, 271, 283, 11, 17)
            .masked()
            .causally()
            .windowed(53, 19)
            .biased()
            .dropped(),
        of("forgets", 1, 2, 2, 337, 337, 5, 7).causally().forgetful(),
        of("forgets, fewer queries", 1, 2, 2, 67, 317, 17, 16).causally().forgetful(),
        of("forgets, more queries", 1, 2, 1, 139, 71, 3, 5).causally().forgetful(),
        of("forgets in a window", 2, 4, 2, 281, 283, 11, 17)
            .masked()
            .causally()
            .windowed(53, 19)
            .forgetful()
            .dropped(),
        of("forgets, all together", 3, 6, 2, 163, 167, 5, 3)
            .masked()
            .causally()
            .forgetful()
            .biased()
            .dropped(),
        of("all together", 2, 4, 2, 131, 149, 37, 17).masked().causally().biased().dropped());
  }

  /** Cases with whole panels of keys that have no weight. */
  static Stream<AttentionCase> withTopics() {
    return Stream.of(
        of("topics", 2, 2, 2, 71, 409, 17, 5).topically(),
        of("causal topics", 1, 2, 1, 349, 349, 5, 7).topically().causally(),
        of("topics in a window", 1, 2, 2, 397, 397, 16, 5).topically().causally().windowed(211, 37),
        of("topics, all together", 2, 4, 2, 337, 347, 5, 17)
            .topically()
            .masked()
            .causally()
            .windowed(179, 41)
            .biased()
            .forgetful()
            .dropped());
  }

  static AttentionCase of(
      String name, int b, int heads, int keyValueHeads, int queries, int keys, int d, int dv) {
    AttentionShape shape = new AttentionShape(b, heads, keyValueHeads, queries, keys, d, dv);
    return new AttentionCase(name, shape, KeyRange.causal(false), false, false, 0, null, false);
  }

  AttentionCase causally() {
    return new AttentionCase(
        name,
        shape,
        new KeyRange(true, range.window(), range.first()),
        linearBiases,
        forgets,
        dropout,
        mask,
        topical);
  }

  AttentionCase windowed(int window, int first) {
    KeyRange windowed = new KeyRange(range.causal(), window, first);
    return new AttentionCase(name, shape, windowed, linearBiases, forgets, dropout, mask, topical);
  }

  /** Whether a query sees a key, counted key by key. */
  boolean sees(int example, int query, int key) {
    int unmasked = 0;
    for (int j = 0; j < key; j++) {
      unmasked += isMasked(example, j) ? 0 : 1;
    }
    int distance = query + shape.keys() - shape.queries() - key;
    boolean near = range.window() == 0 || Math.abs(distance) < range.window();
    boolean past = !range.causal() || distance >= 0;
    return !isMasked(example, key) && past && (near || unmasked < range.first());
  }

  AttentionCase biased() {
    return new AttentionCase(name, shape, range, true, forgets, dropout, mask, topical);
  }

  AttentionCase forgetful() {
    return new AttentionCase(name, shape, range, linearBiases, true, dropout, mask, topical);
  }

  AttentionCase dropped() {
    return new AttentionCase(name, shape, range, linearBiases, forgets, 0.3, mask, topical);
  }

  /** A third of the keys, and all of the last example. */
  AttentionCase masked() {
    Random random = new Random(7);
    float[] values = new float[shape.examples() * shape.keys()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(3) > 0 && i / shape.keys() < shape.examples() - 1 ? 1 : 0;
    }
    return new AttentionCase(name, shape, range, linearBiases, forgets, dropout, values, topical);
  }

  boolean isMasked(int example, int key) {
    return mask != null && mask[example * shape.keys() + key] == 0;
  }

  AttentionProblem problem(KernelUnderTest map) {
    return new AttentionProblem(
        shape,
        map.kernel(),
        map.parameters().size(),
        scale(),
        range,
        linearBiases,
        shape.keys() - shape.queries(),
        dropout,
        4711);
  }

  /** About 3 / sqrt(d); an odd number over a power of two. */
  private double scale() {
    int numerator = (int) (3 * SCALE_BITS / Math.sqrt(shape.headSize())) | 1;
    return (double) numerator / SCALE_BITS;
  }

  double[] q() {
    double[] q = halves(1, shape.heads() * shape.headSize() * shape.queries());
    addTopics(q, shape.queries(), TOPIC_OF_QUERY, -TOPIC_OF_QUERY);
    return q;
  }

  double[] k() {
    double[] k = halves(2, shape.keyValueHeads() * shape.headSize() * shape.keys());
    addTopics(k, shape.keys(), TOPIC_OF_KEY, 0);
    return k;
  }

  /** The first features tell which topic a token belongs to: one of these spans of neighbours. */
  private void addTopics(double[] x, int tokens, double own, double other) {
    for (int i = 0; topical && i < x.length; i++) {
      int feature = i / tokens % shape.headSize();
      if (feature < TOPICS) {
        x[i] = feature == i % tokens * TOPICS / tokens ? own : other;
      }
    }
  }

  /** Queries attend to keys of their own topic, so that whole panels of keys have no weight. */
  AttentionCase topically() {
    return new AttentionCase(name, shape, range, linearBiases, forgets, dropout, mask, true);
  }

  double[] v() {
    return normal(3, shape.keyValueHeads() * shape.valueSize() * shape.keys());
  }

  /**
   * Sums that decay, [b, h, Tk]; none if nothing is forgotten. Multiples of 1/8, and so large that
   * floats would not tell neighbours apart.
   */
  double[] decays() {
    Random random = new Random(5);
    int keys = shape.keys();
    double[] sums = new double[forgets ? shape.examples() * shape.heads() * keys : 0];
    for (int i = 0; i < sums.length; i++) {
      double before = i % keys == 0 ? -(1 << 25) : sums[i - 1];
      sums[i] = before - Math.max(0, random.nextInt(5) - 2) / 8.0;
    }
    return sums;
  }

  double[] outputGradient() {
    return normal(4, outputLength() / shape.examples());
  }

  int outputLength() {
    return shape.examples() * shape.heads() * shape.valueSize() * shape.queries();
  }

  private double[] halves(long seed, int length) {
    Random random = new Random(seed);
    return fill(length, () -> (random.nextInt(7) - 3) / 2.0);
  }

  private double[] normal(long seed, int length) {
    Random random = new Random(seed);
    return fill(length, () -> (float) random.nextGaussian());
  }

  private double[] fill(int length, DoubleSupplier source) {
    double[] values = new double[shape.examples() * length];
    Arrays.setAll(values, i -> source.getAsDouble());
    return values;
  }

  @Override
  public String toString() {
    return name;
  }
}
