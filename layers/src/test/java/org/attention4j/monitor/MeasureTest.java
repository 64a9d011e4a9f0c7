package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.attention4j.layers.LearnedSelfAttentionLayer;
import org.attention4j.layers.TransformerBlock;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.History;
import org.attention4j.monitor.reporters.LayerReport;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestLayers;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** Measurements on data that a network does not train on. */
class MeasureTest {
  private final History history = Reporters.history(999);
  private final AttentionMonitor monitor = monitor(history);

  private static AttentionMonitor monitor(History history) {
    return new Spy().monitor(history).tier(Tier.FULL).alarms(AlarmRules.all()).build();
  }

  static List<Layer> layers() {
    return List.of(
        TestLayers.selfAttention().causal(true).build(),
        TestLayers.learnedQueries(Sizes.STEPS).build(),
        TestLayers.recurrent().build(),
        new TransformerBlock.Builder().nHeads(1).build(),
        TestLayers.stockSelfAttention().build(),
        TestLayers.stockRecurrent().build());
  }

  /** What a network without dropout shows in its first training step, it shows outside too. */
  private static void checkAsInTraining(History history) {
    List<MetricRecord> outside =
        history.records().stream().filter(record -> "test".equals(record.split())).toList();
    assertThat(outside).isNotEmpty();
    for (MetricRecord record : outside) {
      MetricRecord inside = history.latest(record.layer(), record.head()).orElseThrow();
      Map<String, Double> expected = withoutGradients(inside.metrics());
      assertThat(record.metrics()).isEqualTo(expected);
      assertThat(record.standardErrors()).isEqualTo(withoutGradients(inside.standardErrors()));
      assertThat(record.iteration()).isEqualTo(inside.iteration());
    }
  }

  private static Map<String, Double> withoutGradients(Map<String, Double> metrics) {
    Map<String, Double> rest = new HashMap<>(metrics);
    rest.keySet()
        .removeIf(name -> name.matches("(gradientNorm|updateRatio)\\..*|scoresGradientNorm"));
    assertThat(rest).containsKey("entropy");
    return rest;
  }

  @ParameterizedTest
  @MethodSource("layers")
  void showsWhatTrainingShows(Layer layer) {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      for (boolean masked : new boolean[] {false, true}) {
        MultiLayerNetwork network =
            TestNetworks.of(layer).learningRate(0.1).perturbed(0.3).network(type);
        DataSet data = Sequences.batch(type, masked);
        if (layer instanceof LearnedSelfAttentionLayer) {
          data.setLabelsMaskArray(null);
        }
        History both = Reporters.history(99);
        AttentionMonitor one = monitor(both);
        List<LayerReport> reports = one.measure(network, data, "test");
        network.setListeners(one);
        network.fit(data);
        assertThat(reports).hasSize(1);
        assertThat(reports.get(0).score()).isNaN();
        assertThat(reports.get(0).records())
            .isEqualTo(both.records().subList(0, both.records().size() / 2));
        checkAsInTraining(both);
      }
    }
  }

  private static ComputationGraph graph(DataType type) {
    return TestNetworks.of(TestLayers.vertex(0, 1, 2), 0, 1, 2).learningRate(0.1).graph(type);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void graphsWithSeveralInputs(boolean masked) {
    DataType type = DataType.FLOAT;
    ComputationGraph graph = graph(type);
    INDArray[] features = Sequences.queriesKeysValues(type, 7);
    INDArray[] masks =
        masked
            ? new INDArray[] {
              Sequences.mask(type, Sizes.EXAMPLES, Sizes.STEPS),
              Sequences.mask(type, Sizes.EXAMPLES, 7),
              Nd4j.ones(type, Sizes.EXAMPLES, 7).putScalar(0, 3, 0)
            }
            : null;
    MultiDataSet data =
        new MultiDataSet(
            features,
            new INDArray[] {Sequences.labels(type, Sizes.EXAMPLES, Sizes.STEPS)},
            masks,
            masked ? new INDArray[] {Nd4j.ones(type, Sizes.EXAMPLES, Sizes.STEPS)} : null);
    monitor.measure(graph, data, "test");
    if (!masked) {
      monitor.measure(graph, features, "test");
      List<MetricRecord> records = history.records();
      assertThat(records.subList(2, 4)).isEqualTo(records.subList(0, 2));
    }
    graph.setListeners(monitor);
    graph.fit(data);
    checkAsInTraining(history);
    assertThat(history.latest("attention", 0).orElseThrow().metrics().get("visibleKeys"))
        .isEqualTo(masked ? (11 * 6 + 8 * 4 + 5 * 1) / 24.0 : 7);
  }

  /** Dropout of inputs and weights, recurrent state, an updater with state. */
  private static MultiLayerNetwork restless() {
    return TestNetworks.of(
            new LSTM.Builder().nOut(7).dropOut(0.7).build(),
            TestLayers.selfAttention()
                .name("att")
                .causal(true)
                .attentionDropout(0.2)
                .dropOut(0.8)
                .build())
        .updater(new Adam(0.01))
        .network(DataType.FLOAT);
  }

  @Test
  void changesNothingThatTrainingDependsOn() {
    DataSet data = Sequences.batch(DataType.FLOAT, true);
    DataSet other = Sequences.batch(DataType.FLOAT, 5, 7, true);
    MultiLayerNetwork[] networks = {restless(), restless()};
    INDArray[] outputs = new INDArray[2];
    for (int n = 0; n < 2; n++) {
      MultiLayerNetwork network = networks[n];
      Nd4j.getRandom().setSeed(77);
      INDArray step = data.getFeatures().tensorAlongDimension(0, 0, 1);
      network.rnnTimeStep(step);
      for (int i = 0; i < 4; i++) {
        network.fit(data);
        double score = network.score();
        if (n == 1) {
          monitor.measure(network, other, "test");
          monitor.measure(network, data.getFeatures(), "other");
          assertThat(network.score()).isEqualTo(score);
          assertThat(network.getIterationCount()).isEqualTo(i + 1);
        }
      }
      network.rnnTimeStep(step);
      if (n == 1) {
        monitor.measure(network, other, "test");
      }
      outputs[n] = network.rnnTimeStep(step).dup();
    }
    assertThat(networks[1].params()).isEqualTo(networks[0].params());
    assertThat(networks[1].getUpdater().getStateViewArray())
        .isEqualTo(networks[0].getUpdater().getStateViewArray());
    assertThat(outputs[1]).isEqualTo(outputs[0]);
    assertThat(networks[1].output(other.getFeatures()))
        .isEqualTo(networks[0].output(other.getFeatures()));
  }

  @Test
  void aGraphIsNotChangedEither() {
    DataType type = DataType.FLOAT;
    INDArray[] features = Sequences.queriesKeysValues(type, 7);
    MultiDataSet data =
        new MultiDataSet(
            features, new INDArray[] {Sequences.labels(type, Sizes.EXAMPLES, Sizes.STEPS)});
    ComputationGraph watched = graph(type);
    ComputationGraph alone = graph(type);
    for (int i = 0; i < 3; i++) {
      watched.fit(data);
      alone.fit(data);
      monitor.measure(
          watched, new INDArray[] {features[0].mul(2), features[1], features[2]}, "test");
    }
    assertThat(watched.params()).isEqualTo(alone.params());
    assertThat(watched.output(features)[0]).isEqualTo(alone.output(features)[0]);
    assertThat(watched.getInputMaskArrays()).isNull();
  }

  @Test
  void isInferenceWithoutDropout() {
    MultiLayerNetwork restless = restless();
    MultiLayerNetwork calm =
        TestNetworks.of(
                new LSTM.Builder().nOut(7).build(),
                TestLayers.selfAttention().name("att").causal(true).build())
            .network(DataType.FLOAT);
    calm.setParams(restless.params());
    DataSet data = Sequences.batch(DataType.FLOAT, true);
    List<LayerReport> one = monitor.measure(restless, data, "test");
    List<LayerReport> other = monitor.measure(calm, data, "test");
    assertThat(one.get(0).records()).isEqualTo(other.get(0).records());
  }

  @Test
  void reportsHaveTheSplitAndNoAlarms() {
    MultiLayerNetwork network =
        TestNetworks.of(TestLayers.selfAttention().name("att").build())
            .perturbed(30)
            .network(DataType.FLOAT);
    List<LayerReport> reports =
        monitor.measure(network, Sequences.batch(DataType.FLOAT, true), "validation");
    assertThat(reports.get(0).records().get(0).metrics().get("maxLogit")).isGreaterThan(100);
    assertThat(history.records()).extracting(MetricRecord::split).containsOnly("validation");
    assertThat(history.aggregates())
        .hasSize(2)
        .extracting(AggregateRecord::split)
        .containsOnly("validation");
    assertThat(history.aggregates().get(1).layer()).isNull();
    assertThat(history.aggregates().get(1).metrics()).doesNotContainKey("headsInAlarm");
    assertThat(history.alarms()).isEmpty();
    assertThat(history.values("att", 0, "entropy")).isEmpty();
    assertThat(history.values("att", 0, "entropy", "validation")).hasSize(1);
  }

  @Test
  void insideEarlyStopping() {
    DataSet data = Sequences.batch(DataType.FLOAT, true);
    DataSet validation = Sequences.batch(DataType.FLOAT, 5, 7, true);
    MultiLayerNetwork[] trained = new MultiLayerNetwork[2];
    AtomicInteger calls = new AtomicInteger();
    for (int n = 0; n < 2; n++) {
      boolean measures = n == 1;
      EarlyStoppingConfiguration<MultiLayerNetwork> configuration =
          new EarlyStoppingConfiguration.Builder<MultiLayerNetwork>()
              .epochTerminationConditions(new MaxEpochsTerminationCondition(3))
              .scoreCalculator(
                  new DataSetLossCalculator(
                      new ExistingDataSetIterator(List.of(validation)), true) {
                    @Override
                    public double calculateScore(Model network) {
                      if (measures) {
                        monitor.measure(network, validation, "validation");
                        calls.incrementAndGet();
                      }
                      return super.calculateScore(network);
                    }
                  })
              .build();
      MultiLayerNetwork network = restless();
      Nd4j.getRandom().setSeed(77);
      trained[n] =
          new EarlyStoppingTrainer(
                  configuration, network, new ExistingDataSetIterator(List.of(data)))
              .fit()
              .getBestModel();
    }
    assertThat(calls.get()).isGreaterThanOrEqualTo(3);
    assertThat(trained[1].params()).isEqualTo(trained[0].params());
    assertThat(history.values("att", 1, "entropy", "validation")).hasSizeGreaterThanOrEqualTo(3);
  }

  @Test
  void afterLoading(@TempDir Path folder) throws Exception {
    MultiLayerNetwork network = restless();
    DataSet data = Sequences.batch(DataType.FLOAT, true);
    network.fit(data);
    File file = folder.resolve("network.zip").toFile();
    network.save(file);
    MultiLayerNetwork loaded = MultiLayerNetwork.load(file, true);
    List<LayerReport> expected = monitor.measure(network, data, "test");
    assertThat(monitor.measure(loaded, data, "test").get(0).records())
        .isEqualTo(expected.get(0).records());
  }

  @Test
  void whatCannotBeMeasured() {
    MultiLayerNetwork network = restless();
    INDArray x = Sequences.input(DataType.FLOAT, 2, 7);
    for (String split : new String[] {null, " ", "training"}) {
      assertThatThrownBy(() -> monitor.measure(network, x, split))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "AttentionMonitor: the split is '%s' but must be a name other than 'training', such"
                  + " as 'validation'.",
              split);
    }
    assertThatThrownBy(() -> monitor.measure(network, new INDArray[] {x, x}, "test"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "AttentionMonitor: there are 2 feature arrays but must be as many as the network has"
                + " inputs, 1.");
    assertThatThrownBy(() -> monitor.measure(graph(DataType.FLOAT), x, "test"))
        .hasMessage(
            "AttentionMonitor: there are 1 feature arrays but must be as many as the network has"
                + " inputs, 3.");
    assertThatThrownBy(() -> monitor.measure(network.getLayer(0), x, "test"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be a MultiLayerNetwork or a ComputationGraph");
    // A batch that fails leaves the network as it was.
    INDArray wrong = Nd4j.ones(2, 3, 7);
    assertThatThrownBy(() -> monitor.measure(network, wrong, "test")).isNotNull();
    network.fit(Sequences.batch(DataType.FLOAT, true));
  }
}
