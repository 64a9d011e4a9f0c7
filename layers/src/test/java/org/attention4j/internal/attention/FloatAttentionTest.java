package org.attention4j.internal.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The blocked passes in FLOAT against the plain loops in DOUBLE. */
class FloatAttentionTest {
  /** Products of several hundred terms; gradients of entmax beyond 2 have steep slopes. */
  private static final double TOLERANCE = 1e-5;

  /** A NaN as comes of memory that is all ones, and not the one of Java. */
  private static final float ALL_ONES = Float.intBitsToFloat(-1);

  static Stream<KernelUnderTest> maps() {
    return KernelUnderTest.all();
  }

  static Stream<Arguments> everyNormalizerInEveryCase() {
    return maps().flatMap(map -> AttentionCase.all().map(inputs -> Arguments.of(map, inputs)));
  }

  @ParameterizedTest
  @MethodSource("everyNormalizerInEveryCase")
  void saysTheSameAsPlainLoops(KernelUnderTest map, AttentionCase inputs) {
    AttentionPass actual = AttentionPass.inFloat(inputs, map);
    actual.assertClose(AttentionPass.inDouble(inputs, map), TOLERANCE);
  }

  /** Not with a cap on the scores: these are so large here that it makes them equal. */
  static Stream<Arguments> sparseMapsOnTopics() {
    return maps()
        .filter(map -> map.hasSparseGradient() && !map.name().contains("soft-cap"))
        .flatMap(map -> AttentionCase.withTopics().map(inputs -> Arguments.of(map, inputs)));
  }

  @ParameterizedTest
  @MethodSource("sparseMapsOnTopics")
  void panelsWithoutWeightsAreLeftOut(KernelUnderTest map, AttentionCase inputs) {
    AttentionPass actual = AttentionPass.inFloat(inputs, map);
    actual.assertClose(AttentionPass.inDouble(inputs, map), TOLERANCE);
  }

  /**
   * Every second row has so many weights that they are not kept, all in the first keys. The panels
   * of these are not left out. The rows between them are kept; they have weights there and beyond.
   */
  @Test
  void panelsOfKeptRowsAreLeftOutBesideOthers() {
    int keys = 4001;
    int queries = 71;
    AttentionCase inputs = AttentionCase.of("both", 1, 1, 1, queries, keys, 3, 5);
    double[] q = inputs.q();
    double[] k = inputs.k();
    for (int i = 0; i < queries; i++) {
      q[i] = i % 2;
      q[queries + i] = 1 - i % 2;
      q[2 * queries + i] = 0;
    }
    for (int j = 0; j < keys; j++) {
      k[j] = j < 3000 && j % 10 == 7 ? 1 : -1;
      k[keys + j] = (j > 3500 && j % 5 == 3) || (j < 3000 && j % 300 == 11) ? 2 : -1;
    }
    KernelUnderTest relu = KernelUnderTest.of(Normalizers.relu());
    AttentionPass actual = AttentionPass.inFloat(inputs, relu, q, k, inputs.v());
    int[] counts = new int[queries];
    Arrays.setAll(counts, i -> i % 2 == 0 ? 110 : ForwardState.RECOMPUTE);
    assertThat(actual.counts()).isEqualTo(counts);
    actual.assertClose(AttentionPass.inDouble(inputs, relu, q, k), TOLERANCE);

    FloatAttention attention =
        new FloatAttention(
            inputs.problem(relu),
            AttentionPass.floats(q),
            AttentionPass.floats(k),
            AttentionPass.floats(inputs.v()),
            null);
    int[] panels = attention.forward(new float[inputs.outputLength()], true).panels();
    int used = (3000 + AttentionTask.PANEL - 1) / AttentionTask.PANEL;
    assertThat(Arrays.stream(panels).map(Integer::bitCount).sum()).isEqualTo(35 * used);
  }

  /** Otherwise the path for few weights was not taken above. */
  @ParameterizedTest
  @MethodSource("maps")
  void sparseRowsAreKept(KernelUnderTest map) {
    AttentionCase inputs = AttentionCase.of("long", 1, 2, 2, 67, 317, 17, 16);
    int[] counts = AttentionPass.inFloat(inputs, map).counts();
    boolean few =
        map.hasSparseGradient() && !map.name().contains("relu") && !map.name().contains("fraction");
    assertThat(Arrays.stream(counts).anyMatch(count -> count > 0)).isEqualTo(few);
  }

  @Test
  void rowsWithManyWeightsAreComputedAgain() {
    AttentionCase inputs = AttentionCase.of("long", 1, 2, 2, 67, 317, 17, 16);
    KernelUnderTest relu = KernelUnderTest.of(Normalizers.relu());
    assertThat(AttentionPass.inFloat(inputs, relu).counts()).containsOnly(ForwardState.RECOMPUTE);
  }

  /**
   * Rows with more weights than are kept, which are still few enough to be multiplied one by one.
   */
  @ParameterizedTest
  @MethodSource("rowsOfEitherKind")
  void rowsKeptAndComputedAgain(AttentionCase inputs) {
    KernelUnderTest fraction = KernelUnderTest.of(Normalizers.topFraction(0.14));
    AttentionPass actual = AttentionPass.inFloat(inputs, fraction);
    assertThat(actual.counts()).contains(ForwardState.RECOMPUTE, 255);
    actual.assertClose(AttentionPass.inDouble(inputs, fraction), TOLERANCE);
  }

  static Stream<AttentionCase> rowsOfEitherKind() {
    AttentionCase inputs = AttentionCase.of("long", 1, 2, 1, 211, 1901, 3, 5).causally();
    return Stream.of(inputs, inputs.biased().dropped(), inputs.forgetful());
  }

  @ParameterizedTest
  @MethodSource("maps")
  void inferenceSaysTheSameAsTraining(KernelUnderTest map) {
    AttentionCase inputs = AttentionCase.of("long", 1, 2, 2, 67, 317, 17, 16).causally();
    double[][] values = map.values(2);
    float[][] parameters = Arrays.stream(values).map(AttentionPass::floats).toArray(float[][]::new);
    FloatAttention attention =
        new FloatAttention(
            inputs.problem(map),
            AttentionPass.floats(inputs.q()),
            AttentionPass.floats(inputs.k()),
            AttentionPass.floats(inputs.v()),
            null,
            parameters);
    float[] inference = new float[inputs.outputLength()];
    float[] training = new float[inputs.outputLength()];
    ForwardState state = attention.forward(inference, false);
    attention.forward(training, true);
    assertThat(inference).isEqualTo(training);
    assertThat(state.saved()).isEmpty();
    assertThat(state.keys()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("maps")
  void whatStandsAtMaskedKeysDoesNotMatter(KernelUnderTest map) {
    AttentionCase inputs = AttentionCase.of("masked", 3, 4, 2, 71, 89, 5, 7).masked();
    AttentionPass expected = AttentionPass.inFloat(inputs, map);
    for (double garbage : new double[] {Double.NaN, 1e30, Double.NEGATIVE_INFINITY}) {
      double[] k = inputs.k();
      double[] v = inputs.v();
      putAtMaskedKeys(inputs, k, inputs.shape().headSize(), garbage);
      putAtMaskedKeys(inputs, v, inputs.shape().valueSize(), garbage);
      AttentionPass.inFloat(inputs, map, inputs.q(), k, v).assertSameBits(expected);
    }
    double[] none = expected.dk().clone();
    putAtMaskedKeys(inputs, none, inputs.shape().headSize(), 0);
    assertThat(expected.dk()).as("dK at masked keys").isEqualTo(none);
  }

  private static void putAtMaskedKeys(
      AttentionCase inputs, double[] values, int features, double garbage) {
    AttentionShape shape = inputs.shape();
    for (int i = 0; i < values.length; i++) {
      int example = i / (shape.keyValueHeads() * features * shape.keys());
      if (inputs.isMasked(example, i % shape.keys())) {
        values[i] = garbage;
      }
    }
  }

  @ParameterizedTest
  @MethodSource("maps")
  @Timeout(60)
  void notANumberInAScoreComesOut(KernelUnderTest map) {
    AttentionCase inputs = AttentionCase.of("visible", 1, 2, 2, 71, 317, 5, 7);
    AttentionPass usual = AttentionPass.inFloat(inputs, map);
    for (float nan : new float[] {Float.NaN, ALL_ONES}) {
      int queries = inputs.shape().queries();
      int query = 13;
      double[] q = inputs.q();
      q[2 * queries + query] = nan;
      AttentionPass actual = AttentionPass.inFloat(inputs, map, q, inputs.k(), inputs.v());
      double[] output = actual.output();
      for (int c = 0; c < inputs.shape().valueSize(); c++) {
        int touched = c * queries + query;
        assertThat(output[touched]).isNaN();
        output[touched] = usual.output()[touched];
      }
      assertThat(output).containsExactly(usual.output(), within(1e-6));
    }
  }

  @ParameterizedTest
  @MethodSource("maps")
  @Timeout(60)
  void notANumberAtOneKeyReachesEveryQueryThatSeesIt(KernelUnderTest map) {
    AttentionCase inputs = AttentionCase.of("visible", 1, 1, 1, 71, 317, 5, 7);
    for (float nan : new float[] {Float.NaN, ALL_ONES}) {
      double[] k = inputs.k();
      k[3 * 317 + 41] = nan;
      AttentionPass actual = AttentionPass.inFloat(inputs, map, inputs.q(), k, inputs.v());
      assertThat(actual.output()).containsOnly(Double.NaN);
    }
  }

  @ParameterizedTest
  @MethodSource("maps")
  @Timeout(60)
  void infiniteScoresEnd(KernelUnderTest map) {
    AttentionCase inputs = AttentionCase.of("infinite", 1, 1, 1, 71, 317, 5, 7);
    for (double infinite : new double[] {1e38, Double.POSITIVE_INFINITY}) {
      double[] k = inputs.k();
      Arrays.fill(k, infinite);
      double[] q = inputs.q();
      for (int i = 0; i < q.length; i++) {
        q[i] = i % 71 % 2 == 0 ? 1e38 : -1e38;
      }
      AttentionPass actual = AttentionPass.inFloat(inputs, map, q, k, inputs.v());
      assertThat(actual.output()).hasSize(inputs.outputLength());
    }
  }
}
