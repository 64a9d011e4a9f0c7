package org.attention4j.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.monitor.metrics.Geometry;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Rows of small networks, and networks whose heads read few keys. */
class NetworkLimitsTest {
  private static final int T = Sizes.STEPS;
  private static final int HEADS = 2;
  private static final int SIZE = 7;

  private static SelfAttentionLayer.Builder self(Normalizer normalizer) {
    return new SelfAttentionLayer.Builder()
        .nOut(HEADS * SIZE)
        .nHeads(HEADS)
        .headSize(SIZE)
        .projectInput(true)
        .normalizer(normalizer);
  }

  private static MultiLayerNetwork network(SelfAttentionLayer layer) {
    return TestNetworks.of(layer).network(DataType.DOUBLE);
  }

  private static INDArray input() {
    return Sequences.input(DataType.DOUBLE, Sizes.EXAMPLES, T);
  }

  /** Weights of softmax and values in plain loops over the parameters. */
  @Test
  void rowsAreThoseOfPlainLoops() {
    MultiLayerNetwork network = network(self(Normalizers.softmax()).build());
    INDArray x = input();
    INDArray wq = network.getParam("0_Wq");
    INDArray wk = network.getParam("0_Wk");
    INDArray wv = network.getParam("0_Wv");
    for (Geometry geometry : Geometry.values()) {
      List<SampledHead> heads =
          AttentionSample.of(network).geometry(geometry).rows(3).seed(59).take(x);
      assertThat(heads).hasSize(HEADS);
      for (SampledHead head : heads) {
        assertThat(head.headSize()).isEqualTo(SIZE);
        assertThat(head.rows()).hasSize(3 * Sizes.EXAMPLES);
        for (AttentionRow row : head.rows()) {
          double[] expected = new double[T];
          for (int key = 0; key < T; key++) {
            double score = 0;
            for (int i = 0; i < SIZE; i++) {
              score +=
                  projected(wq, head.head(), i, x, row.example(), row.query())
                      * projected(wk, head.head(), i, x, row.example(), key);
            }
            expected[key] = Math.exp(score / Math.sqrt(SIZE));
          }
          double sum = Arrays.stream(expected).sum();
          for (int key = 0; key < T; key++) {
            assertThat(row.weights()[key]).isCloseTo(expected[key] / sum, within(1e-13));
            double token =
                geometry == Geometry.INPUT
                    ? x.getDouble(row.example(), 1, key)
                    : projected(wv, head.head(), 1, x, row.example(), key);
            assertThat(row.tokens()[key][1]).isCloseTo(token, within(1e-13));
          }
        }
      }
    }
  }

  private static double projected(INDArray w, int head, int i, INDArray x, int example, int step) {
    double sum = 0;
    for (int f = 0; f < x.size(1); f++) {
      sum += w.getDouble(head, i, f) * x.getDouble(example, f, step);
    }
    return sum;
  }

  @Test
  void onlyQueriesThatSeeTheMostKeysAreTaken() {
    MultiLayerNetwork causal = network(self(Normalizers.softmax()).causal(true).build());
    assertThat(AttentionSample.of(causal).rows(3).take(input()).get(0).rows())
        .hasSize(Sizes.EXAMPLES)
        .allSatisfy(row -> assertThat(row.query()).isEqualTo(T - 1))
        .allSatisfy(row -> assertThat(row.length()).isEqualTo(T));
    INDArray mask = Nd4j.ones(DataType.DOUBLE, Sizes.EXAMPLES, T).putScalar(0, T - 1, 0);
    assertThat(AttentionSample.of(causal).masks(mask).take(input()).get(1).rows())
        .extracting(AttentionRow::query)
        .startsWith(T - 2)
        .endsWith(T - 1);
    MultiLayerNetwork window = network(self(Normalizers.softmax()).slidingWindow(2).build());
    // All but those at the ends see three keys.
    assertThat(AttentionSample.of(window).rows(T).take(input()).get(0).rows())
        .hasSize(Sizes.EXAMPLES * (T - 2))
        .allSatisfy(row -> assertThat(row.length()).isEqualTo(3));
  }

  @Test
  void aSeedChoosesTheQueries() {
    MultiLayerNetwork network = network(self(Normalizers.softmax()).build());
    List<Integer> first = queries(network, 61);
    assertThat(queries(network, 61)).isEqualTo(first);
    assertThat(IntStream.range(0, 5).mapToObj(seed -> queries(network, seed)).distinct().count())
        .isGreaterThan(1);
  }

  private static List<Integer> queries(MultiLayerNetwork network, long seed) {
    return AttentionSample.of(network).seed(seed).take(input()).get(0).rows().stream()
        .map(AttentionRow::query)
        .toList();
  }

  @Test
  void theRenormalisedRestrictionOfSoftmaxIsTopK() {
    MultiLayerNetwork network = network(self(Normalizers.softmax()).build());
    MultiLayerNetwork restricted = (MultiLayerNetwork) RestrictedNetwork.of(network, 3, true);
    MultiLayerNetwork topK = network(self(Normalizers.topK(3)).build());
    topK.setParams(network.params());
    INDArray x = input();
    assertThat(restricted.output(x).sub(topK.output(x)).amaxNumber().doubleValue())
        .isLessThan(1e-13);
    assertThat(restricted.output(x).sub(network.output(x)).amaxNumber().doubleValue())
        .as("something is left out")
        .isGreaterThan(1e-3);
    MultiLayerNetwork whole = (MultiLayerNetwork) RestrictedNetwork.of(network, T, false);
    assertThat(whole.output(x).sub(network.output(x)).amaxNumber().doubleValue()).isLessThan(1e-13);
  }

  /** Parameters of both kinds of layer have the same order. */
  @Test
  void stockLayersAreRestrictedAsSoftmax() {
    MultiLayerNetwork stock =
        TestNetworks.of(
                new org.deeplearning4j.nn.conf.layers.SelfAttentionLayer.Builder()
                    .nOut(HEADS * SIZE)
                    .nHeads(HEADS)
                    .headSize(SIZE)
                    .projectInput(true)
                    .build())
            .network(DataType.DOUBLE);
    MultiLayerNetwork topK = network(self(Normalizers.topK(3)).build());
    topK.setParams(stock.params());
    MultiLayerNetwork restricted = (MultiLayerNetwork) RestrictedNetwork.of(stock, 3, true);
    INDArray x = input();
    assertThat(restricted.output(x).sub(topK.output(x)).amaxNumber().doubleValue())
        .isLessThan(1e-13);
    assertThat(AttentionSample.of(stock).take(x)).hasSize(HEADS);
  }

  /** Without renormalisation the output of the heads is a part of that of all keys. */
  @Test
  void keptWeightsAreThoseOfTheWholeRow() {
    MultiLayerNetwork network = network(self(Normalizers.softmax()).build());
    MultiLayerNetwork kept = (MultiLayerNetwork) RestrictedNetwork.of(network, 2, false);
    INDArray x = input();
    List<AttentionRow> whole = AttentionSample.of(network).rows(T).take(x).get(1).rows();
    List<AttentionRow> part = AttentionSample.of(kept).rows(T).take(x).get(1).rows();
    for (int r = 0; r < whole.size(); r++) {
      double[] all = whole.get(r).weights();
      double second = Arrays.stream(all).sorted().toArray()[T - 2];
      for (int i = 0; i < T; i++) {
        assertThat(part.get(r).weights()[i])
            .isCloseTo(all[i] >= second ? all[i] : 0, within(1e-15));
      }
    }
  }

  @Test
  void trainedParametersOfTheNormalizerStay() {
    MultiLayerNetwork network = network(self(Normalizers.ssmax(.43)).build());
    network.params().muli(1.7);
    MultiLayerNetwork whole = (MultiLayerNetwork) RestrictedNetwork.of(network, T, false);
    assertThat(whole.params().sub(network.params()).amaxNumber().doubleValue()).isZero();
    INDArray x = input();
    assertThat(whole.output(x).sub(network.output(x)).amaxNumber().doubleValue()).isLessThan(1e-13);
  }

  @Test
  void networksWithoutAttentionAreRefused() {
    MultiLayerNetwork network =
        TestNetworks.of(new LSTM.Builder().nOut(5).build()).network(DataType.DOUBLE);
    assertThatThrownBy(() -> RestrictedNetwork.of(network, 2, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no attention layer");
    assertThatThrownBy(() -> AttentionSample.of(network).take(input()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no attention");
    assertThatThrownBy(() -> AttentionSample.of(network).rows(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rows is 0 but must be at least 1");
  }
}
