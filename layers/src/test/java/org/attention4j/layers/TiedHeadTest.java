package org.attention4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.datasets.iterator.IteratorDataSetIterator;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.buffer.util.DataTypeUtil;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * A head that shares the weights of the embedding, in whole networks. Its gradient is that of a
 * network with two copies of the weights, added up.
 */
class TiedHeadTest {
  private static final int VOCABULARY = 97;
  private static final int SIZE = 7;

  @TempDir Path directory;

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(73);
  }

  private static Layer embedding() {
    return new TokenEmbedding.Builder().name("tokens").nIn(VOCABULARY).nOut(SIZE).build();
  }

  private static Layer between() {
    return new LSTM.Builder().nIn(SIZE).nOut(SIZE).build();
  }

  private static LanguageModelHead.Builder head(boolean biased) {
    return new LanguageModelHead.Builder().nIn(SIZE).nOut(VOCABULARY).hasBias(biased);
  }

  private static LanguageModelHead tied(boolean biased) {
    return head(biased).tiedTo("tokens").build();
  }

  private static MultiLayerNetwork network(DataType type, IUpdater updater, Layer head) {
    return Heads.network(type, updater, embedding(), between(), head);
  }

  private static NeuralNetConfiguration.Builder builder(DataType type, WorkspaceMode workspaces) {
    return new NeuralNetConfiguration.Builder()
        .seed(79)
        .dataType(type)
        .trainingWorkspaceMode(workspaces)
        .inferenceWorkspaceMode(workspaces)
        .updater(new Adam(0.01));
  }

  private static ComputationGraph graph(GraphBuilder builder) {
    ComputationGraphConfiguration configuration = builder.build();
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init();
    return graph;
  }

  private static DataSet data() {
    return new DataSet(
        Heads.ids(VOCABULARY),
        Nd4j.pad(Heads.ids(VOCABULARY).get(all(), from(1)).dup(), new int[][] {{0, 0}, {0, 1}}),
        null,
        Heads.mask(DataType.FLOAT));
  }

  private static org.nd4j.linalg.indexing.INDArrayIndex all() {
    return org.nd4j.linalg.indexing.NDArrayIndex.all();
  }

  private static org.nd4j.linalg.indexing.INDArrayIndex from(int step) {
    return org.nd4j.linalg.indexing.NDArrayIndex.interval(step, Heads.STEPS);
  }

  private static Map<String, INDArray> gradients(MultiLayerNetwork network, DataSet data) {
    return network
        .calculateGradients(
            data.getFeatures(),
            data.getLabels(),
            data.getFeaturesMaskArray(),
            data.getLabelsMaskArray())
        .getFirst()
        .gradientForVariable();
  }

  /** With the same values in both copies of the weights. */
  private static MultiLayerNetwork untied(MultiLayerNetwork tied, boolean biased) {
    MultiLayerNetwork untied = network(tied.params().dataType(), new Sgd(1), head(biased).build());
    for (String name : tied.paramTable().keySet()) {
      if (!name.equals("2_tie")) {
        untied.setParam(name, tied.getParam(name));
      }
    }
    untied.setParam("2_W", tied.getParam("0_W").transpose());
    return untied;
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT, true",
    "FLOAT, false",
    "DOUBLE, true",
    "DOUBLE, false",
    "HALF, true",
    "HALF, false"
  })
  void theGradientIsThatOfBothUses(DataType type, boolean biased) {
    // Adam's epsilon is zero in HALF.
    IUpdater updater = type == DataType.FLOAT16 ? new Sgd(0.1) : new Adam(0.01);
    MultiLayerNetwork tied = network(type, updater, tied(biased));
    MultiLayerNetwork untied = untied(tied, biased);
    DataSet data = data();
    double tolerance =
        switch (type) {
          case DOUBLE -> 1e-13;
          case FLOAT -> 1e-5;
          default -> 0.02;
        };
    // The second time after an updater has written into the view of the gradient.
    for (int round = 0; round < 2; round++) {
      assertClose(tied.output(data.getFeatures()), untied.output(data.getFeatures()), tolerance);
      assertThat(tied.score(data))
          .isCloseTo(untied.score(data), within(tolerance * untied.score(data)));
      Map<String, INDArray> expected = gradients(untied, data);
      Map<String, INDArray> actual = gradients(tied, data);
      actual.forEach(
          (name, gradient) -> {
            if (name.equals("0_W")) {
              assertClose(
                  gradient, expected.get("0_W").add(expected.get("2_W").transpose()), tolerance);
            } else if (name.equals("2_tie")) {
              assertThat(gradient.sumNumber().doubleValue()).isZero();
            } else {
              assertClose(gradient, expected.get(name), tolerance);
            }
          });
      tied.fit(data);
      untied = untied(tied, biased);
    }
  }

  /** What the updater sees is the whole gradient. */
  @Test
  void learnsFromBothUses() {
    MultiLayerNetwork tied = network(DataType.DOUBLE, new Sgd(1), tied(true));
    DataSet data = data();
    INDArray before = tied.getParam("0_W").dup();
    INDArray gradient = gradients(tied, data).get("0_W").div(Heads.EXAMPLES);
    tied.fit(data);
    assertClose(before.sub(tied.getParam("0_W")), gradient, 1e-14);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void passesTheGradientCheck(boolean biased) {
    MultiLayerNetwork network =
        network(DataType.DOUBLE, new org.nd4j.linalg.learning.config.NoOp(), tied(biased));
    DataSet data = data();
    DataType before = DataTypeUtil.getDtypeFromContext();
    DataTypeUtil.setDTypeForContext(DataType.DOUBLE);
    try {
      assertThat(
              GradientCheckUtil.checkGradients(
                  new GradientCheckUtil.MLNConfig()
                      .net(network)
                      .input(data.getFeatures())
                      .labels(data.getLabels())
                      .labelMask(data.getLabelsMaskArray())
                      .subset(true)
                      .maxPerParam(29)
                      .maxRelError(1e-5)
                      .minAbsoluteError(1e-7)))
          .isTrue();
    } finally {
      DataTypeUtil.setDTypeForContext(before);
    }
  }

  /** A graph whose head is made before the embedding, and one with two heads. */
  @ParameterizedTest
  @ValueSource(strings = {"ENABLED", "NONE"})
  void worksInAnyGraph(WorkspaceMode workspaces) {
    DataSet data = data();
    MultiLayerNetwork plain = network(DataType.DOUBLE, new Adam(0.01), tied(true));
    ComputationGraph reversed =
        graph(
            builder(DataType.DOUBLE, workspaces)
                .graphBuilder()
                .addInputs("in")
                .addLayer("out", tied(true), "between")
                .addLayer("between", between(), "tokens")
                .addLayer("tokens", embedding(), "in")
                .setOutputs("out"));
    reversed.setParams(plain.params());
    ComputationGraph two =
        graph(
            builder(DataType.DOUBLE, workspaces)
                .graphBuilder()
                .addInputs("in")
                .addLayer("tokens", embedding(), "in")
                .addLayer("between", between(), "tokens")
                .addLayer("one", tied(false), "between")
                .addLayer("other", tied(false), "between")
                .setOutputs("one", "other"));
    for (String name : new String[] {"0_W", "1_W", "1_RW", "1_b"}) {
      two.setParam(name.replace("0", "tokens").replace("1", "between"), plain.getParam(name));
    }
    Map<String, INDArray> expected = gradients(plain, data);
    Map<String, INDArray> single = graphGradients(reversed, data, 1);
    Map<String, INDArray> doubled = graphGradients(two, data, 2);
    plain.getParam("2_b").assign(0); // without a bias
    Map<String, INDArray> unbiased = gradients(plain, data);
    for (String name : new String[] {"0_W", "1_W", "1_RW"}) {
      String inGraph = name.replace("0", "tokens").replace("1", "between");
      assertClose(single.get(inGraph), expected.get(name), 1e-13);
      assertClose(doubled.get(inGraph), unbiased.get(name).mul(2), 1e-12);
    }
  }

  private static Map<String, INDArray> graphGradients(
      ComputationGraph graph, DataSet data, int heads) {
    INDArray[] labels = new INDArray[heads];
    INDArray[] masks = new INDArray[heads];
    java.util.Arrays.fill(labels, data.getLabels());
    java.util.Arrays.fill(masks, data.getLabelsMaskArray());
    MultiDataSet all = new MultiDataSet(new INDArray[] {data.getFeatures()}, labels, null, masks);
    INDArray parameters = graph.params().dup();
    graph.fit(all); // so that an updater has written into the view of the gradient
    graph.setParams(parameters);
    graph.setInputs(all.getFeatures());
    graph.setLabels(all.getLabels());
    graph.setLayerMaskArrays(null, masks);
    graph.computeGradientAndScore();
    return graph.gradient().gradientForVariable();
  }

  @Test
  void oneNetworkKnowsNothingOfAnother() {
    MultiLayerNetwork one = network(DataType.FLOAT, new Adam(0.01), tied(true));
    MultiLayerNetwork copy = one.clone();
    MultiLayerNetwork other = network(DataType.FLOAT, new Adam(0.01), tied(true));
    other.getParam("0_W").assign(0.5);
    DataSet data = data();
    INDArray expected = one.output(data.getFeatures()).dup();
    other.fit(data);
    copy.fit(data);
    assertThat(one.output(data.getFeatures())).isEqualTo(expected);
    one.fit(data);
    assertThat(one.params()).isEqualTo(copy.params());
    assertThat(one.output(data.getFeatures())).isNotEqualTo(expected);
  }

  @Test
  void goesOnAfterItWasSaved() throws Exception {
    MultiLayerNetwork network = network(DataType.FLOAT, new Adam(0.01), tied(false));
    DataSet data = data();
    network.fit(data);
    File file = directory.resolve("network.zip").toFile();
    ModelSerializer.writeModel(network, file, true);
    MultiLayerNetwork restored = ModelSerializer.restoreMultiLayerNetwork(file, true);
    assertThat(restored.getLayerWiseConfigurations())
        .isEqualTo(network.getLayerWiseConfigurations());
    assertThat(restored.output(data.getFeatures())).isEqualTo(network.output(data.getFeatures()));
    network.fit(data);
    restored.fit(data);
    assertThat(restored.params()).isEqualTo(network.params());
    assertThat(network.getParam("2_tie").sumNumber().doubleValue()).isZero();
  }

  @Test
  void trainsInAParallelWrapper() throws Exception {
    MultiLayerNetwork network = network(DataType.FLOAT, new Sgd(0.5), tied(true));
    DataSet one = data();
    DataSet other = new DataSet(one.getLabels(), one.getFeatures());
    INDArray first = trained(network, one);
    INDArray mean = first.add(trained(network, other)).div(2);
    MultiLayerNetwork late = network.clone();
    late.setParams(first);
    INDArray meanIfLate = first.add(trained(late, other)).div(2);
    try (ParallelWrapper wrapper =
        new ParallelWrapper.Builder<>(network)
            .workers(2)
            .averagingFrequency(1)
            .prefetchBuffer(0)
            .trainingMode(ParallelWrapper.TrainingMode.AVERAGING)
            .build()) {
      wrapper.fit(new IteratorDataSetIterator(List.of(one, other).iterator(), Heads.EXAMPLES));
    }
    // The first worker trains the network itself, and the second one may copy it after that.
    double distance =
        Math.min(distance(network.params(), mean), distance(network.params(), meanIfLate));
    assertThat(distance).isLessThan(1e-6);
  }

  private static INDArray trained(MultiLayerNetwork network, DataSet data) {
    MultiLayerNetwork copy = network.clone();
    copy.fit(data);
    return copy.params();
  }

  @Test
  void aFrozenEmbeddingStaysAsItIs() {
    DataSet data = data();
    FrozenLayerWithBackprop wrapped = new FrozenLayerWithBackprop(embedding());
    wrapped.setLayerName("tokens"); // or else the network names both
    MultiLayerNetwork network =
        new TransferLearning.Builder(network(DataType.FLOAT, new Adam(0.01), tied(true)))
            .setFeatureExtractor(0)
            .build();
    MultiLayerNetwork withBackprop =
        Heads.network(DataType.FLOAT, new Adam(0.01), wrapped, between(), tied(true));
    for (MultiLayerNetwork frozen : List.of(network, withBackprop)) {
      INDArray weights = frozen.getParam("0_W").dup();
      INDArray bias = frozen.getParam("2_b").dup();
      frozen.fit(data);
      frozen.fit(data);
      assertThat(frozen.getParam("0_W")).isEqualTo(weights);
      assertThat(frozen.getParam("2_b")).isNotEqualTo(bias);
    }
  }

  /** A backward pass that fails between the two layers leaves nothing for the next one. */
  @Test
  void goesOnAfterAFailure() {
    MultiLayerNetwork network = network(DataType.DOUBLE, new Sgd(1), tied(true));
    DataSet data = data();
    INDArray expected = gradients(network, data).get("0_W").dup();
    DataSet bad = data();
    bad.getLabels().putScalar(0, 0, VOCABULARY);
    bad.setLabelsMaskArray(null);
    assertThatThrownBy(() -> network.fit(bad)).hasMessageContaining("the label of example 0");
    assertClose(gradients(network, data).get("0_W"), expected, 1e-14);
  }

  @Test
  void whatItIsTiedToMustFit() {
    LanguageModelHead.Builder builder = head(true).tiedTo("letters");
    builder.setLayerName("out");
    MultiLayerNetwork network = network(DataType.FLOAT, new Sgd(1), builder.build());
    assertThatThrownBy(() -> network.output(Heads.ids(VOCABULARY)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "LanguageModelHead 'out': tiedTo is 'letters' but must be the name of a TokenEmbedding"
                + " of this network.");
    MultiLayerNetwork smaller =
        network(
            DataType.FLOAT,
            new Sgd(1),
            new LanguageModelHead.Builder()
                .name("out")
                .nIn(SIZE)
                .nOut(VOCABULARY - 1)
                .tiedTo("tokens")
                .build());
    assertThatThrownBy(() -> smaller.output(Heads.ids(VOCABULARY)))
        .hasMessage(
            "LanguageModelHead 'out': the weights of 'tokens' have the shape [97, 7] but must have"
                + " [nOut, nIn], which is [96, 7] here.");
  }

  private static double distance(INDArray one, INDArray other) {
    return one.sub(other).amaxNumber().doubleValue();
  }

  private static void assertClose(INDArray actual, INDArray expected, double tolerance) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    double scale = Math.max(1, expected.amaxNumber().doubleValue());
    assertThat(distance(actual.castTo(DataType.DOUBLE), expected.castTo(DataType.DOUBLE)))
        .isLessThanOrEqualTo(tolerance * scale);
  }
}
