package org.attention4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.STEPS;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attention4j.internal.vector.FloatOps;
import org.attention4j.layers.Execution;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Attention weights and scores on request. */
class IntermediatesTest {
  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(61);
  }

  private static MultiLayerNetwork network() {
    return TestNetworks.of(
            new SelfAttentionLayer.Builder()
                .nOut(OUT)
                .nHeads(HEADS)
                .projectInput(true)
                .causal(true)
                .attentionDropout(0.5)
                .build())
        .network(DataType.DOUBLE);
  }

  private static INDArray input() {
    return Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS);
  }

  @Test
  void rowsSumToOneAndTheFutureAndThePaddingHaveWeightZero() {
    INDArray mask = Sequences.mask(DataType.DOUBLE, EXAMPLES, STEPS);
    INDArray weights =
        Intermediates.of(network().getLayer(0), input(), mask, SelfAttentionLayer.WEIGHTS)
            .get(SelfAttentionLayer.WEIGHTS);

    assertThat(weights.shape()).containsExactly(EXAMPLES, HEADS, STEPS, STEPS);
    assertThat(weights.isAttached()).isFalse();
    assertThat(weights.sum(3).sub(1).amaxNumber().doubleValue()).isLessThan(1e-12);
    for (int example = 0; example < EXAMPLES; example++) {
      for (int head = 0; head < HEADS; head++) {
        for (int query = 0; query < STEPS; query++) {
          for (int key = 0; key < STEPS; key++) {
            double weight = weights.getDouble(example, head, query, key);
            if (key > query || mask.getDouble(example, key) == 0) {
              assertThat(weight).isZero();
            } else {
              assertThat(weight).isPositive();
            }
          }
        }
      }
    }
  }

  @Test
  void scoresAndWeightsBelongTogether() {
    Map<String, INDArray> values =
        Intermediates.of(network().getLayer(0), input(), null, "scores", "weights");
    INDArray scores = values.get("scores");
    INDArray weights = values.get("weights");
    double ratio = weights.getDouble(1, 1, 6, 2) / weights.getDouble(1, 1, 6, 5);
    double difference = scores.getDouble(1, 1, 6, 2) - scores.getDouble(1, 1, 6, 5);
    assertThat(Math.log(ratio)).isCloseTo(difference, within(1e-9));
  }

  @Test
  void askingDisturbsNothing() {
    MultiLayerNetwork network = network();
    INDArray input = input();
    INDArray expected = network.output(input).dup();
    INDArray first = weights(network.getLayer(0), input);
    weights(network.getLayer(0), Sequences.input(DataType.DOUBLE, 1, 2));
    assertThat(network.output(input)).isEqualTo(expected);
    assertThat(weights(network.getLayer(0), input)).isEqualTo(first);
  }

  /**
   * With vectors the fused path projects in Java, and its backward pass reads what it projected.
   */
  @Test
  void aTrainingPassLendsWhatItKeeps() {
    MultiLayerNetwork network =
        TestNetworks.of(
                new SelfAttentionLayer.Builder()
                    .nOut(OUT)
                    .nHeads(HEADS)
                    .projectInput(true)
                    .execution(Execution.FUSED)
                    .build())
            .network(DataType.FLOAT);
    INDArray input = Sequences.input(DataType.FLOAT, EXAMPLES, STEPS);
    String[] names = {"queries", "keys", "values"};
    Layer layer = network.getLayer(0);
    List<Map<String, float[]>> seen = new ArrayList<>();
    network.setListeners(
        new BaseTrainingListener() {
          @Override
          public void onForwardPass(Model model, List<INDArray> activations) {
            Map<String, float[]> kept = Intermediates.kept(layer, names);
            Intermediates.of(layer, input, null, names)
                .forEach(
                    (name, expected) -> {
                      if (kept.containsKey(name)) {
                        assertThat(kept.get(name))
                            .containsExactly(expected.dup('c').data().asFloat(), within(1e-6f));
                      }
                    });
            seen.add(kept);
          }
        });
    network.fit(input, Sequences.labels(DataType.FLOAT, EXAMPLES, STEPS));
    assertThat(seen).hasSize(1);
    if (FloatOps.VECTORS) {
      assertThat(seen.get(0)).containsOnlyKeys(names);
    }
    assertThat(Intermediates.kept(layer, names)).isEmpty();
    network.output(input);
    assertThat(Intermediates.kept(layer, names)).isEmpty();
  }

  @Test
  void aFrozenLayerAnswersToo() {
    Layer layer = network().getLayer(0);
    INDArray input = input();
    assertThat(weights(new FrozenLayer(layer), input)).isEqualTo(weights(layer, input));
  }

  private static INDArray weights(Layer layer, INDArray input) {
    return Intermediates.of(layer, input, null, "weights").get("weights");
  }

  @Test
  void anUnknownNameIsToldTheKnownOnes() {
    Layer layer = network().getLayer(0);
    INDArray input = input();
    assertThatThrownBy(() -> Intermediates.of(layer, input, null, "context"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "There is no intermediate result 'context'; there are [queries, keys, values, scores,"
                + " weights].");
  }

  @Test
  void aForeignLayerIsRefused() {
    Layer stranger = network().getOutputLayer();
    INDArray input = input();
    assertThatThrownBy(() -> Intermediates.of(stranger, input, null, "weights"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("RnnOutputLayer publishes no intermediate results");
  }
}
