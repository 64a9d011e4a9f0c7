package org.attention4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attention4j.testing.Sizes.CLASSES;
import static org.attention4j.testing.Sizes.EXAMPLES;
import static org.attention4j.testing.Sizes.SIZE;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.attention4j.layers.LayerNorm;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.buffer.util.DataTypeUtil;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;

/** A vertex with two inputs of different length, each with its mask, and parameters. */
class ExactVertexTest {
  private static final int QUERIES = 7;
  private static final int KEYS = 11;

  /** The gradient check wants to be told DOUBLE by a global switch. */
  @BeforeEach
  void doublePrecision() {
    Nd4j.getRandom().setSeed(67); // first, because the start of ND4J sets the switch
    DataTypeUtil.setDTypeForContext(DataType.DOUBLE);
  }

  @AfterEach
  void restore() {
    DataTypeUtil.setDTypeForContext(DataType.FLOAT);
  }

  private static ComputationGraphConfiguration configuration(IUpdater updater, double l2) {
    return new NeuralNetConfiguration.Builder()
        .seed(17)
        .dataType(DataType.DOUBLE)
        .updater(updater)
        .l2(l2)
        .graphBuilder()
        .addInputs("q", "m")
        .addLayer("q-norm", new LayerNorm.Builder().build(), "q")
        .addLayer("m-norm", new LayerNorm.Builder().build(), "m")
        .addVertex("cross", new CrossAttention(SIZE), "q-norm", "m-norm")
        .addLayer("out", TestNetworks.classifier(CLASSES), "cross")
        .setOutputs("out")
        .setInputTypes(InputType.recurrent(SIZE), InputType.recurrent(SIZE))
        .build();
  }

  private static ComputationGraph graph(IUpdater updater) {
    ComputationGraph graph = new ComputationGraph(configuration(updater, 0));
    graph.init();
    graph.params().addi(Nd4j.randn(DataType.DOUBLE, graph.params().length()).muli(0.3));
    return graph;
  }

  private static MultiDataSet data(int queries, int keys, boolean masked) {
    INDArray queryMask = Sequences.mask(DataType.DOUBLE, EXAMPLES, queries);
    INDArray keyMask = Sequences.mask(DataType.DOUBLE, EXAMPLES, keys);
    return new MultiDataSet(
        new INDArray[] {
          Sequences.input(DataType.DOUBLE, EXAMPLES, queries),
          Sequences.input(DataType.DOUBLE, EXAMPLES, keys)
        },
        new INDArray[] {Sequences.labels(DataType.DOUBLE, EXAMPLES, queries)},
        masked ? new INDArray[] {queryMask, keyMask} : null,
        masked ? new INDArray[] {queryMask} : null);
  }

  @ParameterizedTest
  @CsvSource({"7,11,true", "11,2,false"})
  void passesTheGradientCheck(int queries, int keys, boolean masked) {
    MultiDataSet data = data(queries, keys, masked);
    assertThat(
            GradientCheckUtil.checkGradients(
                new GradientCheckUtil.GraphConfig()
                    .net(graph(new NoOp()))
                    .inputs(data.getFeatures())
                    .labels(data.getLabels())
                    .inputMask(data.getFeaturesMaskArrays())
                    .labelMask(data.getLabelsMaskArrays())
                    .maxRelError(1e-5)
                    .subset(true)
                    .maxPerParam(3)))
        .isTrue();
  }

  /** Both inputs of one graph, in the order of their definition and not of their names. */
  @Test
  void inputsAreNotMixedUp() {
    ComputationGraph graph = graph(new NoOp());
    MultiDataSet data = data(QUERIES, KEYS, false);
    INDArray output = graph.outputSingle(data.getFeatures());
    assertThat(output.shape()).containsExactly(EXAMPLES, CLASSES, QUERIES);
    INDArray weights =
        Intermediates.of(graph.getVertex("cross"), data.getFeatures(), new INDArray[2], "weights")
            .get("weights");
    assertThat(weights.shape()).containsExactly(EXAMPLES, 1, QUERIES, KEYS);
    assertThat(weights.sum(3).sub(1).amaxNumber().doubleValue()).isLessThan(1e-12);
  }

  @Test
  void whatStandsInAMaskedKeyChangesNothing() {
    ComputationGraph graph = graph(new NoOp());
    MultiDataSet data = data(QUERIES, KEYS, true);
    INDArray[] masks = data.getFeaturesMaskArrays();
    INDArray expected = graph.output(false, data.getFeatures(), masks, null)[0].dup();
    data.getFeatures()[1]
        .get(NDArrayIndex.point(1), NDArrayIndex.all(), NDArrayIndex.interval(KEYS - 3, KEYS))
        .assign(Double.NaN);
    INDArray actual = graph.output(false, data.getFeatures(), masks, null)[0];
    assertThat(actual.get(NDArrayIndex.point(1)).isNaN().any()).isFalse();
    assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-12);
  }

  /** Deeplearning4j takes the masks away from layers after use, but not from vertices. */
  @Test
  void masksOfAnEarlierBatchAreForgotten() {
    ComputationGraph graph = graph(new Sgd(0.1));
    INDArray[] features = data(QUERIES, KEYS, false).getFeatures();
    INDArray unmasked = graph.outputSingle(features).dup();
    INDArray[] masks = data(QUERIES, KEYS, true).getFeaturesMaskArrays();
    assertThat(graph.output(false, features, masks, null)[0].distance2(unmasked))
        .isGreaterThan(1e-2);
    assertThat(graph.outputSingle(features)).isEqualTo(unmasked);

    graph.fit(data(QUERIES, KEYS, true));
    ComputationGraph fresh = graph(new Sgd(0.1));
    fresh.setParams(graph.params());
    assertThat(graph.outputSingle(features)).isEqualTo(fresh.outputSingle(features));
    MultiDataSet next = data(QUERIES, KEYS, false);
    graph.fit(next);
    fresh.fit(next);
    assertThat(graph.params()).isEqualTo(fresh.params());
  }

  @Test
  void regularizationReachesTheStep() {
    double l2 = 0.13;
    ComputationGraph with = new ComputationGraph(configuration(new Sgd(1), l2));
    with.init();
    ComputationGraph without = new ComputationGraph(configuration(new Sgd(1), 0));
    without.init();
    without.setParams(with.params());
    MultiDataSet data = data(QUERIES, KEYS, true);
    with.fit(data);
    without.fit(data);
    INDArray extra =
        without.paramTable().get("cross_valueGain").sub(with.paramTable().get("cross_valueGain"));
    assertThat(extra.sub(0.7 * l2).amaxNumber().doubleValue()).isLessThan(1e-12);
    assertThat(with.paramTable().get("cross_bias"))
        .isEqualTo(without.paramTable().get("cross_bias"));
  }

  @Test
  void configurationSurvivesJsonAndYaml() {
    ComputationGraphConfiguration configuration = configuration(new NoOp(), 0.13);
    assertThat(ComputationGraphConfiguration.fromJson(configuration.toJson()))
        .isEqualTo(configuration);
    assertThat(ComputationGraphConfiguration.fromYaml(configuration.toYaml()))
        .isEqualTo(configuration);
    ComputationGraphConfiguration used = graph(new NoOp()).getConfiguration();
    assertThat(ComputationGraphConfiguration.fromJson(used.toJson())).isEqualTo(used);
  }

  @Test
  void theModelSurvivesSavingAndCloning() throws IOException {
    ComputationGraph graph = graph(new Sgd(0.1));
    MultiDataSet data = data(QUERIES, KEYS, true);
    graph.fit(data);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, file, true);
    ComputationGraph loaded =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()), true);
    INDArray[] masks = data.getFeaturesMaskArrays();
    INDArray expected = graph.output(false, data.getFeatures(), masks, null)[0];
    assertThat(loaded.output(false, data.getFeatures(), masks, null)[0]).isEqualTo(expected);
    ComputationGraph copy = graph.clone();
    assertThat(copy.output(false, data.getFeatures(), masks, null)[0]).isEqualTo(expected);
    graph.fit(data);
    loaded.fit(data);
    assertThat(loaded.params()).isEqualTo(graph.params());
  }
}
