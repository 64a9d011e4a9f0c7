package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attention4j.layers.Networks.EXAMPLES;
import static org.attention4j.layers.Networks.STEPS;

import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** FLOAT, DOUBLE and HALF, and the smallest shapes. */
class LayerDataTypeTest {
  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(79);
  }

  static Stream<Layer> layers() {
    return Layers.all();
  }

  private static MultiLayerNetwork network(DataType type, Layer layer) {
    return Networks.of(type, new Sgd(0.1), WorkspaceMode.ENABLED, layer.clone());
  }

  @ParameterizedTest
  @MethodSource("layers")
  void allTypesSayTheSame(Layer layer) {
    INDArray input = Networks.input(DataType.FLOAT16, EXAMPLES, STEPS);
    INDArray mask = Networks.mask(DataType.FLOAT16, EXAMPLES, STEPS);
    MultiLayerNetwork half = network(DataType.FLOAT16, layer);
    INDArray exact = output(DataType.DOUBLE, layer, half.params(), input, mask);
    INDArray single = output(DataType.FLOAT, layer, half.params(), input, mask);
    INDArray rough = output(DataType.FLOAT16, layer, half.params(), input, mask);
    assertThat(LayerPass.distance(single, exact)).isLessThan(1e-5);
    assertThat(LayerPass.distance(rough, exact)).isLessThan(2e-2);
    assertThat(exact.std().getDouble(0)).isGreaterThan(1e-2);
  }

  /** The output of the same network in another type, seen as DOUBLE. */
  private static INDArray output(
      DataType type, Layer layer, INDArray params, INDArray input, INDArray mask) {
    MultiLayerNetwork network = network(type, layer);
    network.setParams(params.castTo(type));
    INDArray typedMask = mask.castTo(type);
    INDArray output = network.output(input.castTo(type), false, typedMask, typedMask);
    assertThat(output.dataType()).isEqualTo(type);
    return output.castTo(DataType.DOUBLE);
  }

  @ParameterizedTest
  @MethodSource("layers")
  void halfStaysFiniteInTraining(Layer layer) {
    MultiLayerNetwork network = network(DataType.FLOAT16, layer);
    INDArray before = network.params().dup();
    INDArray mask = Networks.mask(DataType.FLOAT16, EXAMPLES, STEPS);
    DataSet data =
        new DataSet(
            Networks.input(DataType.FLOAT16, EXAMPLES, STEPS),
            Networks.labels(DataType.FLOAT16, EXAMPLES, STEPS),
            mask,
            mask);
    for (int i = 0; i < 3; i++) {
      network.fit(data);
    }
    assertThat(LayerPass.distance(network.params(), before)).isPositive().isFinite();
    assertThat(network.score()).isFinite();
  }

  @ParameterizedTest
  @MethodSource("layers")
  void oneExampleAndOneStep(Layer layer) {
    MultiLayerNetwork network = network(DataType.FLOAT, layer);
    for (int[] shape : new int[][] {{1, STEPS}, {EXAMPLES, 1}, {1, 1}, {2, 2}}) {
      INDArray input = Networks.input(DataType.FLOAT, shape[0], shape[1]);
      assertThat(network.output(input).shape())
          .containsExactly(shape[0], Networks.CLASSES, shape[1]);
      network.fit(new DataSet(input, Networks.labels(DataType.FLOAT, shape[0], shape[1])));
      assertThat(network.params().isNaN().any()).isFalse();
    }
  }

  @Test
  void transformerGraph() {
    INDArray input = Networks.input(DataType.FLOAT16, EXAMPLES, STEPS);
    ComputationGraph half = Transformers.of(DataType.FLOAT16, new Sgd(0.1));
    ComputationGraph single = Transformers.of(DataType.FLOAT, new Sgd(0.1));
    single.setParams(half.params().castTo(DataType.FLOAT));
    assertThat(
            LayerPass.distance(
                half.outputSingle(input).castTo(DataType.FLOAT),
                single.outputSingle(input.castTo(DataType.FLOAT))))
        .isLessThan(2e-2);
    half.fit(new DataSet(input, Networks.labels(DataType.FLOAT16, EXAMPLES, STEPS)));
    assertThat(half.params().isNaN().any()).isFalse();
  }
}
