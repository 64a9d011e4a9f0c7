package org.attention4j.samediff;

import static org.assertj.core.api.Assertions.assertThat;

import org.attention4j.normalizer.Normalizers;
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

/** The facade's values in the framework's own session, against loops and the stock operations. */
class AttentionTest extends AttentionValues {
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

  /** The normalizer and the option are the same function. */
  @Test
  void softcapIsTheNormalizer() {
    Values option = run(Attention.attention().scale(0.7).softcap(1.3));
    Values normalizer = run(Attention.attention().scale(0.7).normalizer(Normalizers.softCap(1.3)));
    assertThat(normalizer.weights()).isEqualTo(option.weights());
    assertThat(normalizer.output()).isEqualTo(option.output());
  }

  /** Also near zero, where the framework's tanh loses the digits that a large cap magnifies. */
  @Test
  void aLargeSoftcapChangesNothing() {
    q = q.castTo(DataType.FLOAT);
    k = k.castTo(DataType.FLOAT);
    v = v.castTo(DataType.FLOAT);
    Values without = run(Attention.attention());
    close(run(Attention.attention().softcap(1e5)).weights(), without.weights(), 1e-6);
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
