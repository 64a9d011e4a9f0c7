package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.attention4j.layers.PenalisedLayers.FLOOR;
import static org.attention4j.layers.PenalisedLayers.STRENGTH;
import static org.attention4j.layers.PenalisedLayers.data;
import static org.attention4j.layers.PenalisedLayers.network;
import static org.attention4j.layers.PenalisedLayers.self;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.STEPS;

import java.util.stream.Stream;
import org.attention4j.dl4j.ExactSameDiffVertex;
import org.attention4j.dl4j.LayerGraph;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The penalty on low entropy as an option: saved, checked, and refused where it has no place. */
class EntropyPenaltyConfigurationTest implements DoublePrecision {
  @Test
  void survivesJson() {
    MultiLayerNetwork network = network(self().attentionEntropyPenalty(STRENGTH, FLOOR).build());
    MultiLayerConfiguration configuration = network.getLayerWiseConfigurations();
    MultiLayerConfiguration loaded = MultiLayerConfiguration.fromJson(configuration.toJson());
    assertThat(loaded).isEqualTo(configuration);
    MultiLayerNetwork copy = new MultiLayerNetwork(loaded);
    copy.init(network.params(), true);
    DataSet data = data(EXAMPLES, STEPS, false);
    assertThat(copy.score(data, true)).isEqualTo(network.score(data, true));
    assertThat(copy.calcRegularizationScore(true)).isGreaterThan(1e-2);
  }

  @Test
  void bothNumbersCount() {
    assertThat(self().attentionEntropyPenalty(0.1, 0.3).build())
        .isEqualTo(self().attentionEntropyPenalty(0.1, 0.3).build())
        .hasSameHashCodeAs(self().attentionEntropyPenalty(0.1, 0.3).build())
        .isNotEqualTo(self().attentionEntropyPenalty(0.2, 0.3).build())
        .isNotEqualTo(self().attentionEntropyPenalty(0.1, 0.4).build())
        .isNotEqualTo(self().build());
  }

  static Stream<Arguments> wrong() {
    String strength = " but must be at least 0 and finite (0 is off).";
    String floor =
        " but must be above 0 and at most 1 (it is a share of the largest entropy, log n).";
    return Stream.of(
        Arguments.of(-0.1, 0.5, "strength of attentionEntropyPenalty is -0.1" + strength),
        Arguments.of(Double.NaN, 0.5, "strength of attentionEntropyPenalty is NaN" + strength),
        Arguments.of(
            Double.POSITIVE_INFINITY,
            0.5,
            "strength of attentionEntropyPenalty is Infinity" + strength),
        Arguments.of(0.1, 0.0, "floor of attentionEntropyPenalty is 0.0" + floor),
        Arguments.of(0.1, 1.1, "floor of attentionEntropyPenalty is 1.1" + floor),
        Arguments.of(0.1, Double.NaN, "floor of attentionEntropyPenalty is NaN" + floor));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void badNumbersAreNamed(double strength, double floor, String message) {
    assertThatThrownBy(() -> self().attentionEntropyPenalty(strength, floor).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("SelfAttentionLayer: the " + message);
  }

  @Test
  void verticesHaveNoScore() {
    AttentionVertex.Builder builder =
        new AttentionVertex.Builder().nInQueries(3).nInKeys(3).nInValues(3).nOut(3);
    assertThatThrownBy(() -> builder.attentionEntropyPenalty(0.1, 0.5).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "AttentionVertex: the strength of attentionEntropyPenalty is 0.1 but must be 0, since a"
                + " ComputationGraph takes no part of its score from vertices; where one sequence"
                + " attends over itself, use a SelfAttentionLayer, which has the penalty.");
    assertThat(builder.attentionEntropyPenalty(0, 0.5).build()).isNotNull();
  }

  @Test
  void aVertexOfOnesOwnIsToldSo() {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addVertex("vertex", new Lossy(), "in")
                .addLayer(
                    "out",
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nIn(2)
                        .nOut(2)
                        .build(),
                    "vertex")
                .setOutputs("out")
                .build());
    graph.init();
    INDArray input = Nd4j.rand(DataType.FLOAT, 1, 2, 3);
    assertThatThrownBy(() -> graph.fit(new DataSet(input, input)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Lossy: a vertex cannot add to the loss");
  }

  private static final class Lossy extends ExactSameDiffVertex {
    @Override
    public void defineParametersAndInputs(SDVertexParams params) {
      params.defineInputs("in");
    }

    @Override
    public void initializeParameters(java.util.Map<String, INDArray> params) {}

    @Override
    protected SDVariable define(LayerGraph graph) {
      SDVariable x = graph.input("in");
      graph.addLoss(x.sum());
      return x.mul(2.0);
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType... vertexInputs) {
      return vertexInputs[0];
    }

    @Override
    public GraphVertex clone() {
      return new Lossy();
    }
  }
}
