package org.attention4j.samediff;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.attention4j.normalizer.Normalizers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The facade's values in the framework's own session, against loops and the stock operations. */
class AttentionTest {
  private static final double HIDE = Double.NEGATIVE_INFINITY;

  private final LoopAttention expected = new LoopAttention();
  private INDArray q = Nd4j.empty();
  private INDArray k = Nd4j.empty();
  private INDArray v = Nd4j.empty();

  @BeforeEach
  void draw() {
    Nd4j.getRandom().setSeed(7);
    q = Nd4j.randn(DataType.DOUBLE, 2, 3, 5, 11);
    k = Nd4j.randn(DataType.DOUBLE, 2, 3, 7, 11);
    v = Nd4j.randn(DataType.DOUBLE, 2, 3, 7, 13);
  }

  /** Output, scores before and after the mask, weights. */
  private record Values(INDArray output, INDArray unmasked, INDArray scores, INDArray weights) {}

  private Values run(Attention attention) {
    return run(attention, null, true);
  }

  /**
   * Runs the operation.
   *
   * @param mask fed to a placeholder of its type, if any
   * @param known whether the graph knows ranks and sizes when it is made
   */
  private Values run(Attention attention, @Nullable INDArray mask, boolean known) {
    SameDiff sd = SameDiff.create();
    Map<String, INDArray> inputs = new HashMap<>(Map.of("q", q, "k", k, "v", v));
    if (mask != null) {
      attention.mask(input(sd, "mask", mask, known));
      inputs.put("mask", mask);
    }
    AttentionResult result =
        attention.apply(
            input(sd, "q", q, known), input(sd, "k", k, known), input(sd, "v", v, known));
    Map<String, INDArray> values =
        sd.output(
            inputs,
            result.output().name(),
            result.unmaskedScores().name(),
            result.scores().name(),
            result.weights().name());
    return new Values(
        values.get(result.output().name()),
        values.get(result.unmaskedScores().name()),
        values.get(result.scores().name()),
        values.get(result.weights().name()));
  }

  private static SDVariable input(SameDiff sd, String name, INDArray value, boolean known) {
    return known
        ? sd.placeHolder(name, value.dataType(), value.shape())
        : sd.placeHolder(name, value.dataType());
  }

  private void assertAsExpected(Values actual) {
    close(actual.output(), expected.of(q, k, v), 1e-12);
    close(actual.weights(), expected.weights, 1e-12);
  }

  private static void close(INDArray actual, @Nullable INDArray wanted, double tolerance) {
    assertThat(wanted).isNotNull();
    assertThat(actual.shape()).isEqualTo(wanted.shape());
    INDArray difference = actual.castTo(DataType.DOUBLE).sub(wanted.castTo(DataType.DOUBLE));
    assertThat(difference.amaxNumber().doubleValue()).isLessThanOrEqualTo(tolerance);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void softmaxByDefault(boolean known) {
    assertAsExpected(run(Attention.attention(), null, known));
  }

  @ParameterizedTest
  @CsvSource({"7, 7", "5, 7", "1, 7"})
  void causal(int queries, int keys) {
    q = Nd4j.randn(DataType.DOUBLE, 2, 3, queries, 11);
    assertThat(keys).isEqualTo((int) k.size(2));
    expected.causal = true;
    assertAsExpected(run(Attention.attention().causal(true)));
  }

  /** The first queries see nothing then. */
  @Test
  void causalWithMoreQueriesThanKeys() {
    q = Nd4j.randn(DataType.DOUBLE, 2, 3, 11, 11);
    expected.causal = true;
    Values actual = run(Attention.attention().causal(true));
    assertAsExpected(actual);
    assertThat(actual.output().getDouble(1, 2, 3, 4)).isZero();
  }

  @Test
  void scaleAndSoftcap() {
    expected.scale = 0.7;
    expected.softcap = 1.3;
    Values actual = run(Attention.attention().scale(0.7).softcap(1.3));
    assertAsExpected(actual);
    assertThat(actual.unmasked().amaxNumber().doubleValue()).isBetween(1.2, 1.3);
    assertThat(actual.scores()).isEqualTo(actual.unmasked());
  }

  @ParameterizedTest
  @CsvSource({"1, true", "2, true", "3, true", "1, false", "2, false", "6, false"})
  void keyHeadsServeNeighbouringQueryHeads(int keyHeads, boolean known) {
    q = Nd4j.randn(DataType.DOUBLE, 2, 6, 5, 11);
    k = Nd4j.randn(DataType.DOUBLE, 2, keyHeads, 7, 11);
    v = Nd4j.randn(DataType.DOUBLE, 2, keyHeads, 7, 13);
    expected.causal = true;
    assertAsExpected(run(Attention.attention().causal(true), null, known));
  }

  @ParameterizedTest
  @ValueSource(strings = {"BOOL", "INT", "LONG", "UBYTE"})
  void paddingMasks(String type) {
    expected.mask = (example, head, query, key) -> key < 3 + example ? 0 : HIDE;
    INDArray mask = Nd4j.zeros(DataType.DOUBLE, 2, 1, 1, 7);
    mask.get(
            NDArrayIndex.point(0),
            NDArrayIndex.all(),
            NDArrayIndex.all(),
            NDArrayIndex.interval(0, 3))
        .assign(1);
    mask.get(
            NDArrayIndex.point(1),
            NDArrayIndex.all(),
            NDArrayIndex.all(),
            NDArrayIndex.interval(0, 4))
        .assign(1);
    Values actual = run(Attention.attention(), mask.castTo(DataType.valueOf(type)), true);
    assertAsExpected(actual);
    assertThat(actual.scores().getDouble(0, 1, 2, 6)).isEqualTo(-1e30);
    assertThat(actual.unmasked().getDouble(0, 1, 2, 6)).isBetween(-10.0, 10.0);
  }

  /** A number other than one is not a weight. */
  @Test
  void anyWholeNumberButZeroIsVisible() {
    INDArray mask = Nd4j.createFromArray(2, 0, -1, 1, 0, 1, 1);
    expected.mask = (example, head, query, key) -> key == 1 || key == 4 ? HIDE : 0;
    assertAsExpected(run(Attention.attention(), mask, true));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void masksAlignAtTheLastAxis(boolean known) {
    expected.mask = (example, head, query, key) -> (query + key) % 3 == 0 ? HIDE : 0;
    INDArray mask = Nd4j.create(DataType.DOUBLE, 5, 7);
    fill(mask, at -> (at[0] + at[1]) % 3 == 0 ? 0 : 1);
    assertAsExpected(run(Attention.attention(), mask.castTo(DataType.BOOL), known));
    expected.mask = (example, head, query, key) -> (head + key) % 2 == 0 ? HIDE : 0;
    mask = Nd4j.create(DataType.DOUBLE, 3, 1, 7);
    fill(mask, at -> (at[0] + at[2]) % 2);
    assertAsExpected(run(Attention.attention(), mask.castTo(DataType.BOOL), known));
    expected.mask = (example, head, query, key) -> query == 2 && example == 1 ? HIDE : 0;
    mask = Nd4j.ones(DataType.DOUBLE, 2, 1, 5, 1);
    mask.putScalar(new long[] {1, 0, 2, 0}, 0);
    assertAsExpected(run(Attention.attention(), mask.castTo(DataType.BOOL), known));
  }

  private interface Entry {
    double at(long[] index);
  }

  private static void fill(INDArray array, Entry entry) {
    for (int i = 0; i < array.length(); i++) {
      long[] at = new long[array.rank()];
      int rest = i;
      for (int axis = array.rank() - 1; axis >= 0; axis--) {
        at[axis] = rest % array.size(axis);
        rest /= (int) array.size(axis);
      }
      array.putScalar(at, entry.at(at));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NEGATIVE_INFINITY, -1e9, -65_504, -10_000})
  void floatingPointMasksAreAdded(double hiding) {
    INDArray mask = Nd4j.randn(DataType.DOUBLE, 2, 1, 5, 7);
    for (int key = 0; key < 7; key++) {
      mask.putScalar(new long[] {1, 0, 3, key}, hiding);
    }
    mask.putScalar(new long[] {0, 0, 1, 6}, hiding);
    expected.mask =
        (example, head, query, key) -> {
          double addend = mask.getDouble(example, 0, query, key);
          return addend <= -10_000 ? HIDE : addend;
        };
    Values actual = run(Attention.attention(), mask, true);
    assertAsExpected(actual);
    assertThat(actual.weights().getDouble(0, 2, 1, 6)).isZero();
    assertThat(actual.output().getDouble(1, 1, 3, 2)).isZero();
  }

  /** The number of visible keys counts for this map; a mask may be narrower than the scores. */
  @Test
  void additiveMasksAndNarrowMasksCountVisibleKeys() {
    INDArray bool = Nd4j.createFromArray(true, true, false, true, true, false, true);
    INDArray additive = Nd4j.createFromArray(0.0, 0.0, -1e4, 0.0, 0.0, -1e9, 0.0);
    INDArray rows = Nd4j.ones(DataType.BOOL, 5, 1);
    Attention[] attentions = new Attention[4];
    for (int i = 0; i < attentions.length; i++) {
      attentions[i] = Attention.attention().normalizer(Normalizers.relu());
    }
    Values byBool = run(attentions[0], bool, true);
    double weight = byBool.weights().maxNumber().doubleValue();
    assertThat(byBool.weights().mul(5))
        .isEqualTo(
            Transforms.relu(byBool.unmasked(), true)
                .mul(bool.castTo(DataType.DOUBLE).reshape(1, 1, 1, 7)));
    assertThat(weight).isPositive();
    close(run(attentions[1], additive, true).weights(), byBool.weights(), 0);
    INDArray all = run(attentions[2]).weights();
    close(run(attentions[3], rows, true).weights(), all, 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void rankThreeIsOneHead(boolean known) {
    INDArray mask = Nd4j.create(DataType.DOUBLE, 2, 5, 7);
    fill(mask, at -> (at[0] + at[1] * at[2]) % 3 == 0 ? 0 : 1);
    expected.mask = (example, head, query, key) -> mask.getInt(example, query, key) == 0 ? HIDE : 0;
    INDArray head = q.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 1)).dup();
    INDArray headKeys = k.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 1)).dup();
    INDArray headValues = v.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 1)).dup();
    INDArray wanted = expected.of(head, headKeys, headValues);
    q = head.reshape(2, 5, 11);
    k = headKeys.reshape(2, 7, 11);
    v = headValues.reshape(2, 7, 13);
    Values actual = run(Attention.attention(), mask.castTo(DataType.BOOL), known);
    close(actual.output(), wanted.reshape(2, 5, 13), 1e-12);
    assertThat(expected.weights).isNotNull();
    close(actual.weights(), expected.weights.reshape(2, 5, 7), 1e-12);
    assertThat(actual.scores().shape()).containsExactly(2, 5, 7);
    assertThat(actual.unmasked().shape()).containsExactly(2, 5, 7);
  }

  @Test
  void oneOfEverything() {
    q = Nd4j.randn(DataType.DOUBLE, 1, 1, 1);
    k = Nd4j.randn(DataType.DOUBLE, 1, 1, 1);
    v = Nd4j.randn(DataType.DOUBLE, 1, 1, 1);
    assertThat(run(Attention.attention().causal(true)).output()).isEqualTo(v);
  }

  @ParameterizedTest
  @CsvSource({"HALF, 3e-3", "FLOAT, 1e-5"})
  void narrowTypes(String type, double tolerance) {
    INDArray wanted = expected.of(q, k, v);
    DataType narrow = DataType.valueOf(type);
    q = q.castTo(narrow);
    k = k.castTo(narrow);
    v = v.castTo(narrow);
    Values actual = run(Attention.attention());
    assertThat(actual.output().dataType()).isEqualTo(narrow);
    assertThat(actual.weights().dataType()).isEqualTo(DataType.FLOAT);
    close(actual.output(), wanted, tolerance);
  }

  /** In half precision the most negative number hides. */
  @Test
  void halfPrecisionMask() {
    expected.mask = (example, head, query, key) -> key == 2 ? HIDE : 0;
    INDArray wanted = expected.of(q, k, v);
    q = q.castTo(DataType.FLOAT16);
    k = k.castTo(DataType.FLOAT16);
    v = v.castTo(DataType.FLOAT16);
    INDArray mask = Nd4j.zeros(DataType.FLOAT16, 7);
    mask.putScalar(2, -65_504);
    Values actual = run(Attention.attention(), mask, true);
    close(actual.output(), wanted, 3e-3);
    assertThat(actual.weights().getDouble(1, 2, 3, 2)).isZero();
  }

  @Test
  void dropoutTouchesTheWeightsBeforeTheValuesOnly() {
    Values actual = run(Attention.attention().dropout(weights -> weights.mul(2)));
    close(actual.output(), expected.of(q, k, v).mul(2), 1e-12);
    close(actual.weights(), expected.weights, 1e-12);
  }

  /** The stock operation is channel-major: [b, h, d, T]. */
  @Test
  void likeTheStockOperation() {
    SameDiff sd = SameDiff.create();
    SDVariable mask = sd.constant(Nd4j.createFromArray(1.0, 1, 1, 0, 1, 1, 0).reshape(1, 7));
    SDVariable stock =
        sd.nn.dotProductAttention(
            sd.constant(q.permute(0, 1, 3, 2).dup()),
            sd.constant(k.permute(0, 1, 3, 2).dup()),
            sd.constant(v.permute(0, 1, 3, 2).dup()),
            sd.constant(Nd4j.tile(mask.getArr(), 2, 1)),
            true);
    INDArray visible = mask.getArr().castTo(DataType.BOOL);
    INDArray ours = run(Attention.attention(), visible, true).output();
    close(ours, stock.eval().permute(0, 1, 3, 2), 1e-6);
  }

  @Test
  void likeTheStockMultiHeadOperation() {
    SameDiff sd = SameDiff.create();
    INDArray x = Nd4j.randn(DataType.DOUBLE, 2, 5, 7);
    INDArray wq = Nd4j.randn(DataType.DOUBLE, 3, 11, 5);
    INDArray wk = Nd4j.randn(DataType.DOUBLE, 3, 11, 5);
    INDArray wv = Nd4j.randn(DataType.DOUBLE, 3, 11, 5);
    INDArray wo = Nd4j.randn(DataType.DOUBLE, 33, 13);
    SDVariable input = sd.constant(x);
    INDArray stock =
        sd.nn
            .multiHeadDotProductAttention(
                input,
                input,
                input,
                sd.constant(wq),
                sd.constant(wk),
                sd.constant(wv),
                sd.constant(wo),
                sd.constant(Nd4j.ones(DataType.DOUBLE, 2, 7)),
                true)
            .eval();
    AttentionResult ours =
        Attention.attention().apply(heads(sd, x, wq), heads(sd, x, wk), heads(sd, x, wv));
    INDArray joined = ours.output().eval().permute(0, 2, 1, 3).dup('c').reshape(14, 33);
    close(joined.mmul(wo).reshape(2, 7, 13).permute(0, 2, 1), stock, 1e-10);
  }

  /** The heads [b, h, T, d] of x [b, size, T]: a variable whose shape the graph does not know. */
  private static SDVariable heads(SameDiff sd, INDArray x, INDArray weights) {
    SDVariable steps = sd.constant(x).permute(0, 2, 1).reshape(-1, x.size(1));
    SDVariable matrix = sd.constant(weights.reshape(33, 5));
    SDVariable projected = sd.mmul(steps, matrix, false, true, false);
    return projected.reshape(2, 7, 3, 11).permute(0, 2, 1, 3);
  }
}
