package org.attention4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.deeplearning4j.datasets.iterator.IteratorDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.feedforward.autoencoder.AutoEncoder;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/** Clipping by the norm of the whole gradient against plain arithmetic in DOUBLE. */
class GlobalNormClippingTest {
  private static final int EXAMPLES = 7;
  private static final int IN = 5;
  private static final int HIDDEN = 11;
  private static final int CLASSES = 3;

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(59);
  }

  private static NeuralNetConfiguration.Builder builder(DataType type, IUpdater updater) {
    return new NeuralNetConfiguration.Builder().seed(61).dataType(type).updater(updater);
  }

  private static DenseLayer hidden() {
    return new DenseLayer.Builder().nOut(HIDDEN).activation(Activation.TANH).build();
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder().nOut(CLASSES).activation(Activation.SOFTMAX).build();
  }

  private static MultiLayerNetwork network(DataType type, IUpdater updater) {
    return network(builder(type, updater));
  }

  private static MultiLayerNetwork network(NeuralNetConfiguration.Builder builder) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            builder
                .list()
                .layer(hidden())
                .layer(output())
                .setInputType(InputType.feedForward(IN))
                .build());
    network.init();
    return network;
  }

  private static ComputationGraph graph(DataType type, IUpdater updater) {
    ComputationGraph graph =
        new ComputationGraph(
            builder(type, updater)
                .graphBuilder()
                .addInputs("in")
                .addLayer("hidden_1", hidden(), "in")
                .addLayer("out", output(), "hidden_1")
                .setOutputs("out")
                .setInputTypes(InputType.feedForward(IN))
                .build());
    graph.init();
    return graph;
  }

  private static DataSet data(DataType type) {
    INDArray labels = Nd4j.zeros(type, EXAMPLES, CLASSES);
    for (int i = 0; i < EXAMPLES; i++) {
      labels.putScalar(i, i % CLASSES, 1);
    }
    return new DataSet(Nd4j.randn(DataType.DOUBLE, EXAMPLES, IN).castTo(type), labels);
  }

  /** The mean gradient. */
  private static double[] gradient(MultiLayerNetwork network, DataSet data) {
    return network
        .clone()
        .calculateGradients(data.getFeatures(), data.getLabels(), null, null)
        .getFirst()
        .gradient()
        .div(EXAMPLES)
        .toDoubleVector();
  }

  private static double norm(double[] vector) {
    double squares = 0;
    for (double value : vector) {
      squares += value * value;
    }
    return Math.sqrt(squares);
  }

  /** With a rate of one, what is subtracted is the clipped gradient. */
  @ParameterizedTest
  @CsvSource({"FLOAT, 0.01", "DOUBLE, 0.01", "FLOAT, 1000", "DOUBLE, 1000"})
  void scalesTheWholeGradient(DataType type, double maxNorm) {
    MultiLayerNetwork network = network(type, new Sgd(1));
    ComputationGraph graph = graph(type, new Sgd(1));
    graph.setParams(network.params());
    DataSet data = data(type);
    double[] gradient = gradient(network, data);
    double norm = norm(gradient);
    double factor = Math.min(1, maxNorm / norm);
    for (Model model : new Model[] {network, graph}) {
      double[] before = model.params().toDoubleVector();
      GlobalNormClipping clipping = new GlobalNormClipping(maxNorm);
      assertThat(clipping.lastNorm()).isNaN();
      if (model instanceof MultiLayerNetwork) {
        network.setListeners(clipping);
        network.fit(data);
      } else {
        graph.setListeners(clipping);
        graph.fit(data);
      }
      double tolerance = type == DataType.FLOAT ? 1e-6 : 1e-14;
      assertThat(clipping.lastNorm()).isCloseTo(norm, within(tolerance * norm));
      double[] after = model.params().toDoubleVector();
      for (int i = 0; i < after.length; i++) {
        assertThat(before[i] - after[i]).isCloseTo(factor * gradient[i], within(tolerance));
      }
    }
  }

  @Test
  void withoutDivisionByTheBatchTheSumIsClipped() {
    MultiLayerNetwork network = network(builder(DataType.DOUBLE, new Sgd(1)).miniBatch(false));
    DataSet data = data(DataType.DOUBLE);
    double norm = EXAMPLES * norm(gradient(network, data));
    double[] before = network.params().toDoubleVector();
    GlobalNormClipping clipping = new GlobalNormClipping(norm / 2);
    network.setListeners(clipping);
    network.fit(data);
    double[] after = network.params().toDoubleVector();
    double[] step = new double[after.length];
    for (int i = 0; i < step.length; i++) {
      step[i] = before[i] - after[i];
    }
    assertThat(clipping.lastNorm()).isCloseTo(norm, within(1e-12 * norm));
    assertThat(norm(step)).isCloseTo(norm / 2, within(1e-12 * norm));
  }

  /** Squares of 1e20 are infinite in FLOAT; what is not finite stays. */
  @Test
  void largeGradientsAreClippedToo() {
    MultiLayerNetwork network = network(DataType.FLOAT, new Sgd(1));
    DataSet data = data(DataType.FLOAT);
    network.calculateGradients(data.getFeatures(), data.getLabels(), null, null);
    network.setInput(data.getFeatures());
    network.setLabels(data.getLabels());
    network.computeGradientAndScore();
    INDArray gradient = network.gradient().gradient();
    gradient.assign(0);
    gradient.putScalar(0, 3e20);
    gradient.putScalar(7, -4e20);
    GlobalNormClipping clipping = new GlobalNormClipping(2);
    clipping.onGradientCalculation(network);
    assertThat(clipping.lastNorm()).isCloseTo(5e20 / EXAMPLES, within(1e14));
    assertThat(gradient.getDouble(0)).isCloseTo(2 * EXAMPLES * 0.6, within(1e-5));
    assertThat(gradient.getDouble(7)).isCloseTo(-2 * EXAMPLES * 0.8, within(1e-5));
    gradient.putScalar(3, Double.POSITIVE_INFINITY);
    INDArray unchanged = gradient.dup();
    clipping.onGradientCalculation(network);
    assertThat(clipping.lastNorm()).isInfinite();
    assertThat(gradient).isEqualTo(unchanged);
  }

  /** Means and variances are moved by the batch, not by a gradient. */
  @Test
  void statisticsOfBatchNormalizationAreNoGradient() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            builder(DataType.DOUBLE, new Sgd(1))
                .list()
                .layer(hidden())
                .layer(new BatchNormalization())
                .layer(output())
                .setInputType(InputType.feedForward(IN))
                .build());
    network.init();
    MultiLayerNetwork free = network.clone();
    DataSet data = data(DataType.DOUBLE);
    GlobalNormClipping clipping = new GlobalNormClipping(1e-3);
    network.setListeners(clipping);
    network.fit(data);
    free.fit(data);
    for (String name : network.paramTable().keySet()) {
      boolean statistic = name.startsWith("1_") && !name.matches("1_(gamma|beta)");
      if (statistic) {
        assertThat(network.getParam(name)).as(name).isEqualTo(free.getParam(name));
      } else {
        assertThat(network.getParam(name)).as(name).isNotEqualTo(free.getParam(name));
      }
    }
  }

  @Test
  void frozenLayersHaveNoGradient() {
    MultiLayerNetwork network =
        new TransferLearning.Builder(network(DataType.DOUBLE, new Sgd(1)))
            .setFeatureExtractor(0)
            .build();
    INDArray before = network.params().dup();
    GlobalNormClipping clipping = new GlobalNormClipping(0.01);
    network.setListeners(clipping);
    network.fit(data(DataType.DOUBLE));
    assertThat(clipping.lastNorm()).isPositive();
    assertThat(before.sub(network.params()).norm2Number().doubleValue())
        .isCloseTo(0.01, within(1e-12));
  }

  @Test
  void eachWorkerOfAParallelWrapperClips() throws Exception {
    MultiLayerNetwork network = network(DataType.FLOAT, new Sgd(1));
    DataSet one = data(DataType.FLOAT);
    DataSet other = data(DataType.FLOAT);
    double[] before = network.params().toDoubleVector();
    double[] first = gradient(network, one);
    double[] second = gradient(network, other);
    GlobalNormClipping clipping = new GlobalNormClipping(0.01);
    try (ParallelWrapper wrapper =
        new ParallelWrapper.Builder<>(network)
            .workers(2)
            .averagingFrequency(1)
            .prefetchBuffer(0)
            .trainingMode(ParallelWrapper.TrainingMode.AVERAGING)
            .build()) {
      wrapper.setListeners(clipping);
      wrapper.fit(new IteratorDataSetIterator(List.of(one, other).iterator(), EXAMPLES));
    }
    double[] after = network.params().toDoubleVector();
    double[] step = new double[after.length];
    for (int i = 0; i < after.length; i++) {
      step[i] = before[i] - after[i];
    }
    double[] unclipped = new double[after.length];
    for (int i = 0; i < after.length; i++) {
      unclipped[i] = (first[i] + second[i]) / 2;
    }
    assertThat(norm(unclipped)).isGreaterThan(0.1);
    // The mean of two steps of this length, which the first worker may have made before the second.
    assertThat(norm(step)).isLessThan(0.0151).isGreaterThan(0.001);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN})
  void theNormIsPositive(double maxNorm) {
    assertThatThrownBy(() -> new GlobalNormClipping(maxNorm))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("GlobalNormClipping: maxNorm is %s but must be positive.", maxNorm);
  }

  @Test
  void otherModelsAreRefused() {
    NeuralNetConfiguration conf =
        new NeuralNetConfiguration.Builder()
            .layer(
                new org.deeplearning4j.nn.conf.layers.AutoEncoder.Builder().nIn(3).nOut(2).build())
            .build();
    assertThatThrownBy(
            () ->
                new GlobalNormClipping(1)
                    .onGradientCalculation(new AutoEncoder(conf, DataType.FLOAT)))
        .hasMessage(
            "GlobalNormClipping: the model is a AutoEncoder but must be a MultiLayerNetwork or a"
                + " ComputationGraph.");
  }
}
