package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.samediff.Attention;
import org.attention4j.samediff.AttentionResult;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * All rows of an attention with everything the facade has, against loops over doubles: shared heads
 * of keys, an additive mask that differs between heads, a bias, a cap, a window, and a loss that
 * reads output and weights.
 */
final class SameDiffMonitorRowsTest {
  private static final int EXAMPLES = 2;
  private static final int HEADS = 4;
  private static final int KEY_HEADS = 2;
  private static final int QUERIES = 5;
  private static final int KEYS = 11;
  private static final int SIZE = 7;
  private static final int VALUE_SIZE = 3;
  private static final double SCALE = 0.6;
  private static final double CAP = 5;
  private static final int LEFT = 6;

  private final Spy spy = new Spy();
  private INDArray q = Nd4j.empty();
  private INDArray k = Nd4j.empty();
  private INDArray v = Nd4j.empty();
  private INDArray addend = Nd4j.empty();
  private INDArray bias = Nd4j.empty();
  private INDArray ofOutput = Nd4j.empty();
  private INDArray ofWeights = Nd4j.empty();

  private void draw() {
    Nd4j.getRandom().setSeed(11);
    q = Nd4j.randn(DataType.DOUBLE, EXAMPLES, HEADS, QUERIES, SIZE);
    k = Nd4j.randn(DataType.DOUBLE, EXAMPLES, KEY_HEADS, KEYS, SIZE);
    v = Nd4j.randn(DataType.DOUBLE, EXAMPLES, KEY_HEADS, KEYS, VALUE_SIZE);
    addend = Nd4j.randn(DataType.DOUBLE, EXAMPLES, HEADS, QUERIES, KEYS);
    bias = Nd4j.randn(DataType.DOUBLE, 1, HEADS, 1, KEYS);
    for (int head = 0; head < HEADS; head++) {
      addend.putScalar(new long[] {0, head, 2, 3 + head}, Double.NEGATIVE_INFINITY);
    }
    for (int key = 0; key < KEYS; key++) { // one head of one query sees nothing
      addend.putScalar(new long[] {1, 2, 3, key}, Double.NEGATIVE_INFINITY);
    }
    ofOutput = Nd4j.randn(DataType.DOUBLE, EXAMPLES, HEADS, QUERIES, VALUE_SIZE);
    ofWeights = Nd4j.randn(DataType.DOUBLE, EXAMPLES, HEADS, QUERIES, KEYS);
  }

  private void train() {
    draw();
    SameDiff sd = SameDiff.create();
    // Nothing reads them, but fit wants data.
    sd.placeHolder("unused", DataType.DOUBLE, -1, 1);
    sd.placeHolder("unusedToo", DataType.DOUBLE, -1, 1);
    SDVariable mask = sd.constant(addend);
    AttentionResult result =
        Attention.attention()
            .scale(SCALE)
            .softcap(CAP)
            .window(LEFT, 0)
            .mask(mask)
            .bias(sd.constant(bias))
            .apply(sd.var("q", q.dup()), sd.var("k", k.dup()), sd.var("v", v.dup()));
    SDVariable loss =
        result
            .output()
            .mul(sd.constant(ofOutput))
            .sum()
            .add(result.weights().mul(sd.constant(ofWeights)).sum());
    sd.setLossVariables(loss);
    sd.setTrainingConfig(
        TrainingConfig.builder()
            .updater(new Sgd(0.1))
            .dataSetFeatureMapping("unused")
            .dataSetLabelMapping("unusedToo")
            .build());
    sd.setListeners(spy.monitor(Reporters.history(99)).buildForSameDiff());
    INDArray one = Nd4j.ones(DataType.DOUBLE, 1, 1);
    sd.fit(new DataSet(one, one));
  }

  private int shared(int head) {
    return head * KEY_HEADS / HEADS;
  }

  private int[] visible(int example, int head, int query) {
    int position = query + KEYS - QUERIES;
    List<Integer> keys = new ArrayList<>();
    for (int key = Math.max(0, position - LEFT); key <= position; key++) {
      if (!Double.isInfinite(addend.getDouble(example, head, query, key))) {
        keys.add(key);
      }
    }
    return keys.stream().mapToInt(key -> key).toArray();
  }

  private double capped(int example, int head, int query, int key) {
    double dot = 0;
    for (int i = 0; i < SIZE; i++) {
      dot += q.getDouble(example, head, query, i) * k.getDouble(example, shared(head), key, i);
    }
    return CAP * Math.tanh(SCALE * dot / CAP);
  }

  private double score(int example, int head, int query, int key) {
    return capped(example, head, query, key)
        + bias.getDouble(0, head, 0, key)
        + addend.getDouble(example, head, query, key);
  }

  private static double[] softmax(double[] scores) {
    double[] exponentials = Arrays.stream(scores).map(Math::exp).toArray();
    double sum = Arrays.stream(exponentials).sum();
    return Arrays.stream(exponentials).map(e -> e / sum).toArray();
  }

  private void check(HeadProbe head, AttentionRow row) {
    int e = row.example();
    int h = head.head();
    int t = row.query();
    assertThat(row.keys()).isEqualTo(visible(e, h, t));
    double[] z = Arrays.stream(row.keys()).mapToDouble(key -> score(e, h, t, key)).toArray();
    double[] p = softmax(z);
    double[] dp = new double[p.length];
    for (int n = 0; n < p.length; n++) {
      int key = row.keys()[n];
      dp[n] = ofWeights.getDouble(e, h, t, key);
      for (int i = 0; i < VALUE_SIZE; i++) {
        dp[n] += ofOutput.getDouble(e, h, t, i) * v.getDouble(e, shared(h), key, i);
      }
    }
    double mean = 0;
    for (int n = 0; n < p.length; n++) {
      mean += p[n] * dp[n];
    }
    double[] dz = new double[p.length];
    for (int n = 0; n < p.length; n++) {
      dz[n] = p[n] * (dp[n] - mean);
    }
    assertThat(row.scores()).containsExactly(z, within(1e-12));
    assertThat(row.weights()).containsExactly(p, within(1e-12));
    assertThat(row.weightsGradient()).containsExactly(dp, within(1e-12));
    assertThat(row.scoresGradient()).containsExactly(dz, within(1e-12));
    AttentionRow.Vectors vectors = row.vectors();
    assertThat(vectors).isNotNull();
    for (int i = 0; i < SIZE; i++) {
      assertThat(vectors.query()[i]).isCloseTo(q.getDouble(e, h, t, i), within(1e-15));
    }
    for (int n = 0; n < p.length; n++) {
      for (int i = 0; i < SIZE; i++) {
        assertThat(vectors.keys()[n][i])
            .isEqualTo(k.getDouble(e, shared(h), row.keys()[n], i))
            .isEqualTo(row.tokens()[n][i]);
      }
      for (int i = 0; i < VALUE_SIZE; i++) {
        assertThat(vectors.values()[n][i]).isEqualTo(v.getDouble(e, shared(h), row.keys()[n], i));
      }
    }
  }

  @Test
  void everyRowIsThatOfTheFormula() {
    train();
    assertThat(spy.heads).hasSize(HEADS);
    for (HeadProbe head : spy.heads) {
      // The query that one head does not see anything with is left out in all.
      assertThat(head.rows()).hasSize(EXAMPLES * QUERIES - 1);
      assertThat(head.layer()).isEqualTo("attention");
      assertThat(head.parameters()).isEmpty();
      head.rows().forEach(row -> check(head, row));
      assertThat(head.rows()).allMatch(row -> row.position().isEmpty());
    }
  }

  @Test
  void theLargestScoresAreExact() {
    train();
    for (HeadProbe head : spy.heads) {
      double score = 0;
      double product = 0;
      for (int e = 0; e < EXAMPLES; e++) {
        for (int t = 0; t < QUERIES; t++) {
          for (int key : visible(e, head.head(), t)) {
            score = Math.max(score, Math.abs(score(e, head.head(), t, key)));
            product = Math.max(product, Math.abs(capped(e, head.head(), t, key)));
          }
        }
      }
      assertThat(head.largest()).isNotNull();
      assertThat(head.largest().score()).isCloseTo(score, within(1e-12));
      assertThat(head.largest().product().orElseThrow()).isCloseTo(product, within(1e-12));
      assertThat(score).isNotEqualTo(product);
    }
  }
}
