package org.attention4j.samediff;

import static org.assertj.core.api.Assertions.assertThat;

import org.attention4j.normalizer.NormalizerContext;
import org.attention4j.normalizer.Normalizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/** What masks of the facade mean, by their type and shape. */
class AttentionMaskTest extends AttentionValues {
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
    assertThat(actual.scores().getDouble(0, 1, 2, 6)).isEqualTo(NormalizerContext.MASKED_SCORE);
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

  /** Rounded to -9,984, and with a bias in the same array: hidden all the same. */
  @ParameterizedTest
  @ValueSource(strings = {"BFLOAT16", "HALF", "FLOAT", "DOUBLE"})
  void whatHidesDoesNotDependOnRounding(String type) {
    INDArray mask = Nd4j.createFromArray(0.0, -10_000, -9_984, -10_000 + 31, -6_000, 2, -100);
    Values actual =
        run(
            Attention.attention().normalizer(Normalizers.relu()),
            mask.castTo(DataType.valueOf(type)),
            true);
    INDArray scores = actual.scores();
    for (int key = 0; key < 7; key++) {
      boolean hidden = key >= 1 && key <= 4;
      assertThat(scores.getDouble(1, 2, 3, key) == NormalizerContext.MASKED_SCORE)
          .as("key " + key)
          .isEqualTo(hidden);
      // Three keys are visible: this map divides by their number.
      double score = scores.getDouble(1, 2, 3, key);
      assertThat(actual.weights().getDouble(1, 2, 3, key))
          .isCloseTo(
              hidden ? 0 : Math.max(0, score) / 3, org.assertj.core.data.Offset.offset(1e-12));
    }
    assertThat(scores.getDouble(1, 2, 3, 6))
        .isCloseTo(
            actual.unmasked().getDouble(1, 2, 3, 6) - 100,
            org.assertj.core.data.Offset.offset(1e-9));
  }
}
