package org.attention4j.internal.probes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.attention4j.layers.AttentionSpec;
import org.attention4j.layers.Position;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.monitor.metrics.AttentionRow.Steepness;
import org.attention4j.monitor.metrics.Geometry;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sampled rows of hand-made probes against plain loops: query heads that share heads of keys and
 * values, padding, causality, both paths of a normalizer.
 */
final class RowValuesTest {
  private static final Offset<Double> TINY = within(1e-12);
  private static final int EXAMPLES = 2;
  private static final int HEADS = 4;
  private static final int GROUPS = 2;
  private static final int SIZE = 3;
  private static final int QUERIES = 5;
  private static final int KEYS = 7;
  private static final int TOKEN_SIZE = 11;
  private static final double SCALE = 0.6;

  private final INDArray queries = random(1, EXAMPLES, HEADS, SIZE, QUERIES);
  private final INDArray keys = random(2, EXAMPLES, GROUPS, SIZE, KEYS);
  private final INDArray values = random(3, EXAMPLES, GROUPS, SIZE, KEYS);
  private final INDArray tokens = random(4, EXAMPLES, TOKEN_SIZE, KEYS);
  private final INDArray gradient = random(5, EXAMPLES, HEADS, SIZE, QUERIES);
  private final int[] examples = {6, 9};

  private static INDArray random(int seed, int... shape) {
    int length = IntStream.of(shape).reduce(1, (a, b) -> a * b);
    long[] sizes = IntStream.of(shape).asLongStream().toArray();
    return Nd4j.createFromArray(new Random(seed).doubles(length, -1, 1).toArray()).reshape(sizes);
  }

  private static AttentionSpec spec(Normalizer normalizer, boolean causal, Position position) {
    return new AttentionSpec(normalizer, HEADS, SIZE, SCALE, causal, 0, 0, position, false);
  }

  private Probe probe(
      AttentionSpec spec,
      boolean[][] visibleQueries,
      boolean[][] visibleKeys,
      boolean withGradient) {
    Probe probe =
        new Probe(
            "att",
            spec,
            examples,
            new HeadVectors(queries),
            new HeadVectors(keys),
            new HeadVectors(values),
            new HeadVectors(tokens),
            visibleQueries,
            visibleKeys,
            Map.of(),
            null,
            null,
            null,
            true);
    return withGradient ? probe.withAttendedGradient(new HeadVectors(gradient)) : probe;
  }

  /** Two neighbouring query heads to each head of keys and values. */
  private static int group(int head) {
    return head / 2;
  }

  private double score(int e, int head, int query, int key) {
    double sum = 0;
    for (int i = 0; i < SIZE; i++) {
      sum += queries.getDouble(e, head, i, query) * keys.getDouble(e, group(head), i, key);
    }
    return SCALE * sum;
  }

  private double weightGradient(int e, int head, int query, int key) {
    double sum = 0;
    for (int i = 0; i < SIZE; i++) {
      sum += gradient.getDouble(e, head, i, query) * values.getDouble(e, group(head), i, key);
    }
    return sum;
  }

  private static double[] softmax(double[] z) {
    double sum = 0;
    double[] p = new double[z.length];
    for (int i = 0; i < z.length; i++) {
      p[i] = Math.exp(z[i]);
      sum += p[i];
    }
    for (int i = 0; i < z.length; i++) {
      p[i] /= sum;
    }
    return p;
  }

  @ParameterizedTest
  @EnumSource(Geometry.class)
  void everythingOfARow(Geometry geometry) {
    AttentionSpec spec = spec(Normalizers.softmax(), true, Position.ALIBI);
    boolean[][] visibleQueries = {{true, true, false, true, true}, {true, false, true, true, true}};
    boolean[][] visibleKeys = new boolean[EXAMPLES][KEYS];
    for (int key = 0; key < KEYS; key++) {
      visibleKeys[0][key] = key != 1;
      visibleKeys[1][key] = key > 2;
    }
    RowRecomputation recomputation = new RowRecomputation(spec, geometry);
    List<List<AttentionRow>> heads =
        recomputation.rows(
            probe(spec, visibleQueries, visibleKeys, true), new Sampling(9, 99, 1), 0, true);
    assertThat(heads).hasSize(HEADS);
    for (int head = 0; head < HEADS; head++) {
      int next = 0;
      double slope = Math.pow(2, -2 * (head + 1)); // of 4 heads, 8/4 a step
      for (int e = 0; e < EXAMPLES; e++) {
        for (int query = 0; query < QUERIES; query++) {
          List<Integer> visible = new ArrayList<>();
          // The last query sees the last key, the one before it one key less.
          for (int key = 0; key <= query + KEYS - QUERIES; key++) {
            if (visibleKeys[e][key]) {
              visible.add(key);
            }
          }
          if (!visibleQueries[e][query] || visible.isEmpty()) {
            continue;
          }
          AttentionRow row = heads.get(head).get(next++);
          int n = visible.size();
          double[] z = new double[n];
          double[] g = new double[n];
          for (int i = 0; i < n; i++) {
            int distance = query + KEYS - QUERIES - visible.get(i);
            z[i] = score(e, head, query, visible.get(i)) - slope * distance;
            g[i] = weightGradient(e, head, query, visible.get(i));
          }
          double[] p = softmax(z);
          double mean = IntStream.range(0, n).mapToDouble(i -> p[i] * g[i]).sum();
          double[] dz = IntStream.range(0, n).mapToDouble(i -> p[i] * (g[i] - mean)).toArray();
          assertThat(row.example()).isEqualTo(examples[e]);
          assertThat(row.query()).isEqualTo(query);
          assertThat(row.keys()).isEqualTo(visible.stream().mapToInt(k -> k).toArray());
          assertThat(row.scores()).containsExactly(z, TINY);
          assertThat(row.weights()).containsExactly(p, TINY);
          assertThat(row.weightsGradient()).containsExactly(g, TINY);
          assertThat(row.scoresGradient()).containsExactly(dz, TINY);
          assertThat(row.temperature()).hasValue(1);
          checkTokens(row, e, head, geometry);
          checkSteepness(row.steepness(), p);
        }
      }
      assertThat(heads.get(head)).hasSize(next);
    }
  }

  private void checkTokens(AttentionRow row, int e, int head, Geometry geometry) {
    double[][] x = row.tokens();
    assertThat(x).hasDimensions(row.length(), geometry == Geometry.INPUT ? TOKEN_SIZE : SIZE);
    for (int i = 0; i < row.length(); i++) {
      for (int j = 0; j < x[i].length; j++) {
        assertThat(x[i][j])
            .isEqualTo(
                geometry == Geometry.INPUT
                    ? tokens.getDouble(e, j, row.keys()[i])
                    : values.getDouble(e, group(head), j, row.keys()[i]));
      }
    }
  }

  /** Frobenius norm of diag p − p pᵀ, entry by entry; the spectral norm by its quadratic form. */
  private static void checkSteepness(Steepness steepness, double[] p) {
    double squares = 0;
    double[] v = IntStream.range(0, p.length).mapToDouble(i -> 1 + 0.1 * i * i - i).toArray();
    double norm = 0;
    for (int step = 0; step < 2000; step++) {
      double dot = 0;
      for (int i = 0; i < p.length; i++) {
        dot += p[i] * v[i];
      }
      norm = 0;
      for (int i = 0; i < p.length; i++) {
        v[i] = p[i] * (v[i] - dot);
        norm += v[i] * v[i];
      }
      norm = Math.sqrt(norm);
      for (int i = 0; i < p.length && norm > 0; i++) {
        v[i] /= norm;
      }
    }
    for (int i = 0; i < p.length; i++) {
      for (int j = 0; j < p.length; j++) {
        double entry = (i == j ? p[i] : 0) - p[i] * p[j];
        squares += entry * entry;
      }
    }
    assertThat(steepness.frobenius()).isCloseTo(Math.sqrt(squares), within(1e-9));
    assertThat(steepness.spectral()).isCloseTo(norm, within(1e-6));
  }

  @Test
  void withoutMaskGradientAndCausality() {
    AttentionSpec spec = spec(Normalizers.softmax(0.5), false, Position.NONE);
    List<List<AttentionRow>> heads =
        new RowRecomputation(spec, Geometry.INPUT)
            .rows(probe(spec, null, null, false), new Sampling(9, 99, 1), 0, false);
    for (int head = 0; head < HEADS; head++) {
      assertThat(heads.get(head)).hasSize(EXAMPLES * QUERIES);
      AttentionRow row = heads.get(head).get(QUERIES + 2);
      double[] z = new double[KEYS];
      for (int key = 0; key < KEYS; key++) {
        z[key] = score(1, head, 2, key);
      }
      assertThat(row.scores()).containsExactly(z, TINY);
      double[] sharper = IntStream.range(0, KEYS).mapToDouble(i -> 2 * z[i]).toArray();
      assertThat(row.weights()).containsExactly(softmax(sharper), TINY);
      assertThat(row.scoresGradient()).isNull();
      assertThat(row.weightsGradient()).isNull();
      assertThat(row.temperature()).hasValue(0.5);
      assertThat(row.steepness()).isNull();
    }
  }

  /** For a map that is no softmax the Jacobian is measured at the row with most keys alone. */
  @Test
  void jacobiansOfOtherMaps() {
    AttentionSpec spec = spec(Normalizers.sigmoid(), true, Position.NONE);
    List<List<AttentionRow>> heads =
        new RowRecomputation(spec, Geometry.INPUT)
            .rows(probe(spec, null, null, false), new Sampling(9, 99, 1), 0, true);
    for (int head = 0; head < HEADS; head++) {
      for (int r = 0; r < heads.get(head).size(); r++) {
        AttentionRow row = heads.get(head).get(r);
        assertThat(row.temperature()).isEmpty();
        if (r == QUERIES - 1) {
          // sigmoid(z − log n) acts on each score by itself: the Jacobian is diagonal.
          double[] slopes = IntStream.range(0, KEYS).mapToDouble(i -> slope(row, i)).toArray();
          double largest = IntStream.range(0, KEYS).mapToDouble(i -> slopes[i]).max().orElse(0);
          double squares = IntStream.range(0, KEYS).mapToDouble(i -> slopes[i] * slopes[i]).sum();
          assertThat(row.steepness().spectral()).isCloseTo(largest, within(1e-6));
          assertThat(row.steepness().frobenius()).isCloseTo(Math.sqrt(squares), within(1e-9));
        } else {
          assertThat(row.steepness()).isNull();
        }
      }
    }
  }

  private static double slope(AttentionRow row, int i) {
    return row.weights()[i] * (1 - row.weights()[i]);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
  void aRowWithAScoreThatIsNoNumberIsNaN(double bad) {
    queries.putScalar(new int[] {1, 2, 0, 3}, bad);
    for (Normalizer normalizer : List.of(Normalizers.softmax(), Normalizers.sigmoid())) {
      AttentionSpec spec = spec(normalizer, false, Position.NONE);
      List<List<AttentionRow>> heads =
          new RowRecomputation(spec, Geometry.INPUT)
              .rows(probe(spec, null, null, true), new Sampling(9, 99, 1), 0, false);
      for (int head = 0; head < HEADS; head++) {
        for (AttentionRow row : heads.get(head)) {
          boolean broken = head == 2 && row.example() == examples[1] && row.query() == 3;
          for (int i = 0; i < KEYS; i++) {
            assertThat(Double.isNaN(row.weights()[i])).isEqualTo(broken);
            assertThat(Double.isNaN(row.scoresGradient()[i])).isEqualTo(broken);
          }
        }
      }
    }
  }

  @Test
  void rowsThatSeeNoKeyAreLeftOut() {
    AttentionSpec spec = spec(Normalizers.softmax(), false, Position.NONE);
    boolean[][] none = new boolean[EXAMPLES][KEYS];
    List<List<AttentionRow>> heads =
        new RowRecomputation(spec, Geometry.INPUT)
            .rows(probe(spec, null, none, true), new Sampling(9, 99, 1), 0, true);
    assertThat(heads).hasSize(HEADS).allMatch(List::isEmpty);
  }

  @Test
  void samplesAreDrawnWithoutRepetitionAndTheSameForOneSeed() {
    Sampling sampling = new Sampling(3, 4, 7);
    int[] drawn = sampling.examples(10, 5);
    assertThat(drawn).hasSize(3).doesNotHaveDuplicates().isSorted();
    assertThat(sampling.examples(10, 5)).isEqualTo(drawn);
    assertThat(sampling.examples(2, 5)).containsExactly(0, 1);
    int[] candidates = {2, 3, 5, 7, 11, 13};
    assertThat(sampling.rows(candidates, 5, 0))
        .hasSize(4)
        .doesNotHaveDuplicates()
        .isSorted()
        .doesNotContain(0, 1, 4, 6, 8, 9, 10, 12);
    assertThat(candidates).containsExactly(2, 3, 5, 7, 11, 13);
    // Over many iterations each is drawn about as often as any other: 2000 · 3/10 of 10.
    int[] counts = new int[10];
    for (int iteration = 0; iteration < 2000; iteration++) {
      for (int example : sampling.examples(10, iteration)) {
        counts[example]++;
      }
    }
    assertThat(counts).satisfies(all -> assertThat(IntStream.of(all)).allMatch(c -> c > 500));
    assertThat(IntStream.of(counts).max().getAsInt()).isLessThan(700);
    long different =
        IntStream.range(0, 50)
            .filter(
                i ->
                    !java.util.Arrays.equals(
                        sampling.rows(candidates, i, 0), sampling.rows(candidates, i, 1)))
            .count();
    assertThat(different).isGreaterThan(30);
    assertThat(new Sampling(1, 1, 0).examples(5, 0)).hasSize(1);
  }

  @Test
  void vectorsOfHeads() {
    HeadVectors vectors = new HeadVectors(keys);
    assertThat(vectors.heads()).isEqualTo(GROUPS);
    assertThat(vectors.steps()).isEqualTo(KEYS);
    double[] q = {0.5, -2, 3};
    int[] wanted = {1, 4, 5};
    double[] products = vectors.products(q, 1, 1, wanted);
    double[][] some = vectors.of(1, 1, wanted);
    assertThat(products).hasSize(3);
    for (int k = 0; k < wanted.length; k++) {
      double sum = 0;
      for (int i = 0; i < SIZE; i++) {
        double expected = keys.getDouble(1, 1, i, wanted[k]);
        assertThat(vectors.of(1, 1, wanted[k])[i]).isEqualTo(expected);
        assertThat(some[k][i]).isEqualTo(expected);
        sum += q[i] * expected;
      }
      assertThat(products[k]).isCloseTo(sum, TINY);
    }
    assertThat(vectors.of(1, 1, wanted)[0]).isSameAs(some[0]);
    assertThat(vectors.of(0, 1, wanted)[0]).isNotEqualTo(some[0]);
    assertThat(vectors.of(1, 0, wanted)[0]).isNotEqualTo(some[0]);
    int[] all = IntStream.range(0, KEYS).toArray();
    assertThat(vectors.products(q, 1, 1, all)[5]).isCloseTo(products[2], TINY);
    HeadVectors oneHead = new HeadVectors(tokens.castTo(DataType.FLOAT));
    assertThat(oneHead.heads()).isEqualTo(1);
    assertThat(oneHead.of(1, 0, 6)[10]).isCloseTo(tokens.getDouble(1, 10, 6), within(1e-7));
    INDArray transposed = keys.permute(0, 1, 3, 2);
    assertThat(new HeadVectors(transposed).of(0, 0, 0)[1]).isEqualTo(keys.getDouble(0, 0, 0, 1));
  }

  /** Numbers of FLOAT are kept as such; they say what the same numbers in DOUBLE say. */
  @Test
  void vectorsOfHeadsInFloat() {
    int examples = Math.toIntExact(keys.size(0));
    int[] chosen = {examples - 1, 0};
    INDArray inFloat = keys.castTo(DataType.FLOAT);
    INDArray inDouble = inFloat.castTo(DataType.DOUBLE);
    HeadVectors expected = HeadVectors.of(inDouble, chosen, GROUPS);
    double[] q = {0.5, -2, 3};
    int[] wanted = {1, 4, 5};
    for (HeadVectors actual :
        List.of(
            HeadVectors.of(inFloat, chosen, GROUPS),
            new HeadVectors(inFloat.dup('c').data().asFloat(), chosen, GROUPS, SIZE, KEYS))) {
      for (int e = 0; e < chosen.length; e++) {
        for (int head = 0; head < GROUPS; head++) {
          assertThat(actual.of(e, head, 2)).isEqualTo(expected.of(e, head, 2));
          assertThat(actual.of(e, head, wanted)).isDeepEqualTo(expected.of(e, head, wanted));
          assertThat(actual.products(q, e, head, wanted))
              .isEqualTo(expected.products(q, e, head, wanted));
        }
        assertThat(actual.of(e, 1, 3)[2]).isEqualTo(inFloat.getFloat(chosen[e], 1, 2, 3));
      }
    }
  }

  @Test
  void normsOfKnownMatrices() {
    check(new double[][] {{3, 0}, {0, -4}}, 4, 5);
    check(new double[][] {{0, 0}, {0, 0}}, 0, 0);
    // u vᵀ has the one singular value |u| |v|.
    check(new double[][] {{2, 4, 4}, {1, 2, 2}, {2, 4, 4}}, 9, 9);
    // A rotation by some angle, times 2.
    check(new double[][] {{1.2, -1.6}, {1.6, 1.2}}, 2, 2 * Math.sqrt(2));
    // [[1, 1], [0, 1]]: the golden ratio.
    check(new double[][] {{1, 1}, {0, 1}}, (1 + Math.sqrt(5)) / 2, Math.sqrt(3));
  }

  private static void check(double[][] matrix, double spectral, double frobenius) {
    Steepness norms = NormalizerJacobian.norms(matrix);
    assertThat(norms.spectral()).isCloseTo(spectral, within(1e-7));
    assertThat(norms.frobenius()).isCloseTo(frobenius, TINY);
  }

  @Test
  void jacobiansOnTheSupportAlone() {
    double[][] scores = {{0.3, -1, 0.9, 0.1}};
    Map<String, double[]> none = Map.of();
    double[][] ofTopTwo = NormalizerEvaluator.of(Normalizers.topK(2), 1).jacobians(scores, none)[0];
    double[] p = softmax(new double[] {0.3, 0.9});
    assertThat(ofTopTwo).hasDimensions(2, 2);
    assertThat(ofTopTwo[0]).containsExactly(new double[] {p[0] * p[1], -p[0] * p[1]}, TINY);
    assertThat(ofTopTwo[1]).containsExactly(new double[] {-p[0] * p[1], p[0] * p[1]}, TINY);
    double[][] whole = new GraphEvaluator(Normalizers.topK(2), 1).jacobians(scores, none)[0];
    assertThat(whole).hasDimensions(4, 4);
    assertThat(whole[0]).containsExactly(new double[] {p[0] * p[1], 0, -p[0] * p[1], 0}, TINY);
  }
}
