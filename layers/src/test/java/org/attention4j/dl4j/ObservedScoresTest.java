package org.attention4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.STEPS;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attention4j.layers.Execution;
import org.attention4j.layers.Position;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestLayers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The largest scores that a backward pass gives, against the graph's own matrix of scores. */
class ObservedScoresTest {
  private static SelfAttentionLayer.Builder fused() {
    return TestLayers.selfAttention().execution(Execution.FUSED);
  }

  private static MultiLayerNetwork network(
      org.deeplearning4j.nn.conf.layers.Layer layer, DataType type) {
    return TestNetworks.of(layer).perturbed(0.3).network(type);
  }

  /** Asks after each forward pass, and keeps what was answered and given. */
  private static final class Asking extends BaseTrainingListener {
    private final List<Boolean> answers = new ArrayList<>();
    private final List<float[]> scores = new ArrayList<>();
    private final List<float[]> products = new ArrayList<>();
    private final float[] queryMask;

    Asking(float... queryMask) {
      this.queryMask = queryMask.length == 0 ? null : queryMask;
    }

    @Override
    public void onForwardPass(Model model, List<INDArray> activations) {
      Layer layer = ((MultiLayerNetwork) model).getLayer(0);
      answers.add(
          Observation.ofScores(
              layer,
              queryMask,
              (largest, unbiased) -> {
                scores.add(largest);
                products.add(unbiased);
              }));
    }
  }

  private static void fit(MultiLayerNetwork network, DataType type, Asking... listeners) {
    network.setListeners(listeners);
    network.fit(Sequences.batch(type, false));
  }

  @Test
  void areThoseOfTheGraph() {
    MultiLayerNetwork network = network(fused().build(), DataType.FLOAT);
    INDArray input = Sequences.batch(DataType.FLOAT, false).getFeatures();
    INDArray all =
        Nd4j.math()
            .abs(
                Intermediates.of(network.getLayer(0), input, null, SelfAttentionLayer.SCORES)
                    .get(SelfAttentionLayer.SCORES));
    float[] first = new float[EXAMPLES * STEPS];
    first[0] = 1;
    Asking ofAll = new Asking();
    fit(network, DataType.FLOAT, ofAll);
    Asking ofFirst = new Asking(first);
    fit(network(fused().build(), DataType.FLOAT), DataType.FLOAT, ofFirst);
    assertThat(ofAll.answers).containsExactly(true);
    for (int head = 0; head < HEADS; head++) {
      float expected = all.max(0, 2, 3).getFloat(head);
      // Scores of a few products of numbers below 4 in FLOAT.
      assertThat(ofAll.scores.get(0)[head]).isCloseTo(expected, within(1e-5f));
      assertThat(ofAll.products.get(0)[head]).isEqualTo(ofAll.scores.get(0)[head]);
      float ofRow = all.max(3).getFloat(0, head, 0);
      assertThat(ofFirst.scores.get(0)[head]).isCloseTo(ofRow, within(1e-5f));
    }
  }

  /** Who asked once is told once. */
  @Test
  void areGivenOnce() {
    MultiLayerNetwork network = network(fused().build(), DataType.FLOAT);
    Asking once = new Asking();
    fit(network, DataType.FLOAT, once);
    fit(network, DataType.FLOAT);
    assertThat(once.scores).hasSize(1);
  }

  static Stream<Arguments> others() {
    return Stream.of(
        Arguments.of(TestLayers.selfAttention().execution(Execution.GRAPH).build(), DataType.FLOAT),
        Arguments.of(fused().build(), DataType.DOUBLE),
        Arguments.of(fused().normalizer(Normalizers.sparsemax()).build(), DataType.FLOAT),
        Arguments.of(TestLayers.recurrent().build(), DataType.FLOAT));
  }

  @ParameterizedTest
  @MethodSource("others")
  void othersSayThatTheyWillNotGiveThem(
      org.deeplearning4j.nn.conf.layers.Layer layer, DataType type) {
    Asking asking = new Asking();
    fit(network(layer, type), type, asking);
    assertThat(asking.answers).containsExactly(false);
    assertThat(asking.scores).isEmpty();
  }

  @Test
  void afterAPassOfInferenceThereAreNone() {
    MultiLayerNetwork network = network(fused().build(), DataType.FLOAT);
    fit(network, DataType.FLOAT);
    network.output(Sequences.input(DataType.FLOAT, EXAMPLES, STEPS));
    assertThat(Observation.ofScores(network.getLayer(0), null, (scores, products) -> {})).isFalse();
  }

  @Test
  void biasesOfThePositionAreApart() {
    MultiLayerNetwork network =
        network(fused().position(Position.ALIBI).causal(true).build(), DataType.FLOAT);
    Asking asking = new Asking();
    fit(network, DataType.FLOAT, asking);
    assertThat(asking.scores.get(0)).isNotEqualTo(asking.products.get(0));
  }
}
