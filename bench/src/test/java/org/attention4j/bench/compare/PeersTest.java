package org.attention4j.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import org.attention4j.normalizer.Normalizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeersTest {
  private static final CoreData DATA = CoreData.draw(new CoreCell(3, 13, 5), 1);

  private static OurAttention ours(Pass pass) {
    return new OurAttention(DATA, Normalizers.softmax(), pass);
  }

  @Test
  void ourOutputIsWhatTheFormulaSays() {
    float[] output = ours(Pass.FORWARD).results().get("output");
    for (int head = 0; head < 3; head++) {
      for (int query = 0; query < 13; query++) {
        double[] weights = weights(head, query);
        for (int feature = 0; feature < 5; feature++) {
          double expected = 0;
          for (int key = 0; key < 13; key++) {
            expected += weights[key] * DATA.v()[at(head, feature, key)];
          }
          assertThat((double) output[at(head, feature, query)]).isCloseTo(expected, within(1e-5));
        }
      }
    }
  }

  private static double[] weights(int head, int query) {
    double[] weights = new double[13];
    double sum = 0;
    for (int key = 0; key < 13; key++) {
      double score = 0;
      for (int feature = 0; feature < 5; feature++) {
        score += (double) DATA.q()[at(head, feature, query)] * DATA.k()[at(head, feature, key)];
      }
      weights[key] = Math.exp(score / Math.sqrt(5));
      sum += weights[key];
    }
    for (int key = 0; key < 13; key++) {
      weights[key] /= sum;
    }
    return weights;
  }

  private static int at(int head, int feature, int step) {
    return (head * 5 + feature) * 13 + step;
  }

  @ParameterizedTest
  @EnumSource
  void composedSameDiffComputesTheSame(Pass pass) {
    Peer composed = new ComposedSameDiff(DATA, pass);
    composed.run();
    Agreement.check(ours(pass), composed);
  }

  @ParameterizedTest
  @EnumSource
  void pytorchComputesTheSameHoweverOftenItRan(Pass pass) {
    assumeTrue(PyTorch.version().isPresent(), "no PyTorch for this platform");
    try (Peer pytorch = new PyTorch(DATA, pass)) {
      pytorch.run();
      pytorch.run();
      Agreement.check(ours(pass), pytorch);
      Agreement.check(ours(pass), pytorch);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ourLayerComputesWhatTheStockOneDoes(boolean fit) {
    LayerPeer.Sizes sizes = new LayerPeer.Sizes(3, 10, 7, 5);
    LayerPeer stock = LayerPeer.stock(sizes, fit);
    Agreement.check(stock, LayerPeer.ours(sizes, fit).withParametersOf(stock));
  }

  @Test
  void onlyATrainingStepChangesTheLayer() {
    LayerPeer.Sizes sizes = new LayerPeer.Sizes(3, 10, 7, 5);
    for (boolean fit : new boolean[] {true, false}) {
      LayerPeer layer = LayerPeer.ours(sizes, fit);
      float[] before = layer.results().get("output");
      layer.run();
      assertThat(Arrays.equals(before, layer.results().get("output"))).isEqualTo(!fit);
    }
  }

  @Test
  void matrixProductKnowsItsWork() {
    Sgemm product = new Sgemm();
    assertThat(product.flops()).isEqualTo(2.0 * product.results().get("product").length * 1536);
  }
}
