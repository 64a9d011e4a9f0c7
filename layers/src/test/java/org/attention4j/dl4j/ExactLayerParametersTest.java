package org.attention4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.SIZE;
import static org.attention4j.testing.Sizes.STEPS;

import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.layers.FeedForwardBlock;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Parameters: set one by one or as a table, and without a path to the output. */
class ExactLayerParametersTest {
  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(41);
  }

  private static MultiLayerNetwork network() {
    return TestNetworks.of(new FeedForwardBlock.Builder().hiddenSize(7).build())
        .network(DataType.DOUBLE);
  }

  @Test
  void setParamSetsTheParameterAndItsPlaceInTheVector() {
    MultiLayerNetwork network = network();
    INDArray input = Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS);
    INDArray before = network.output(input).dup();
    INDArray value = Nd4j.randn(DataType.DOUBLE, 7, SIZE);

    network.getLayer(0).setParam("W1", value);

    assertThat(network.getParam("0_W1")).isEqualTo(value);
    assertThat(network.output(input).distance2(before)).isGreaterThan(1e-2);
    MultiLayerNetwork copy = network();
    copy.setParams(network.params());
    assertThat(copy.getParam("0_W1")).isEqualTo(value);
  }

  @Test
  void setParamRefusesAnotherShape() {
    Layer layer = network().getLayer(0);
    INDArray transposed = Nd4j.randn(DataType.DOUBLE, SIZE, 7);
    assertThatThrownBy(() -> layer.setParam("W1", transposed)).hasMessageContaining("W1");
  }

  @Test
  void setParamTableSetsAll() {
    MultiLayerNetwork from = network();
    from.params().addi(0.1);
    MultiLayerNetwork ofLayer = network();
    MultiLayerNetwork ofNetwork = network();
    Map<String, INDArray> copies = new LinkedHashMap<>();
    from.getLayer(0).paramTable().forEach((name, value) -> copies.put(name, value.dup()));

    ofLayer.getLayer(0).setParamTable(copies);
    ofNetwork.setParamTable(from.paramTable());

    assertThat(ofLayer.getLayer(0).params()).isEqualTo(from.getLayer(0).params());
    assertThat(ofNetwork.params()).isEqualTo(from.params());
  }

  @Test
  void setParamsOfOneLayer() {
    MultiLayerNetwork from = network();
    from.params().addi(0.1);
    MultiLayerNetwork to = network();
    to.getLayer(0).setParams(from.getLayer(0).params().dup());
    assertThat(to.getParam("0_W2")).isEqualTo(from.getParam("0_W2"));
  }

  @Test
  void aParameterWithoutAPathToTheOutputHasGradientZero() {
    MultiLayerNetwork network =
        TestNetworks.of(new FeedForwardBlock.Builder().build(), new Scaling())
            .network(DataType.DOUBLE);
    DataSet data =
        new DataSet(
            Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS),
            Sequences.labels(DataType.DOUBLE, EXAMPLES, STEPS));
    Map<String, INDArray> gradients = Slopes.gradients(network, data);
    assertThat(gradients.get("1_unused")).isEqualTo(Nd4j.zeros(DataType.DOUBLE, 3, 2));
    assertThat(gradients.get("1_factor").getDouble(0)).isNotZero();
    assertThat(Slopes.largestError(network, data)).isLessThan(1e-5);
  }

  @Test
  void anInputWithoutAPathToTheOutputHasGradientZero() {
    Scaling deaf = new Scaling();
    deaf.deaf = true;
    MultiLayerNetwork network =
        TestNetworks.of(new FeedForwardBlock.Builder().build(), deaf).network(DataType.DOUBLE);
    DataSet data =
        new DataSet(
            Sequences.input(DataType.DOUBLE, EXAMPLES, STEPS),
            Sequences.labels(DataType.DOUBLE, EXAMPLES, STEPS));
    Map<String, INDArray> gradients = Slopes.gradients(network, data);
    assertThat(gradients.get("0_W1").amaxNumber().doubleValue()).isZero();
    assertThat(gradients.get("1_factor").getDouble(0)).isNotZero();
  }

  /** factor * x, and a parameter that nobody asks for. */
  private static final class Scaling extends ExactSameDiffLayer {
    private boolean deaf;

    @Override
    public void defineParameters(SDLayerParams params) {
      params.addWeightParam("factor", 1);
      params.addWeightParam("unused", 3, 2);
    }

    @Override
    public void initializeParameters(Map<String, INDArray> params) {
      params.values().forEach(array -> array.assign(0.7));
    }

    @Override
    protected SDVariable define(LayerGraph graph) {
      SDVariable x = deaf ? graph.sameDiff().onesLike(graph.input()) : graph.input();
      return x.mul(graph.parameter("factor").reshape(1, 1, 1));
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
      return inputType;
    }

    @Override
    public void setNIn(InputType inputType, boolean override) {
      // any size will do
    }

    @Override
    public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
      return null;
    }
  }
}
