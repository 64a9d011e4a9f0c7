package org.attention4j.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/** What is done with whole networks: they are saved, copied, trained further, run in any type. */
final class ModelChecks {
  private ModelChecks() {}

  private static ComputationGraph graph(Subject subject, DataType type, IUpdater updater) {
    return subject.graph(type, updater, WorkspaceMode.ENABLED, false);
  }

  static void configuration(Subject subject) {
    ComputationGraphConfiguration configuration = subject.graph(DataType.FLOAT).getConfiguration();
    assertThat(ComputationGraphConfiguration.fromJson(configuration.toJson()))
        .withFailMessage("%s comes back from JSON changed.", subject)
        .isEqualTo(configuration);
    assertThat(ComputationGraphConfiguration.fromYaml(configuration.toYaml()))
        .withFailMessage("%s comes back from YAML changed.", subject)
        .isEqualTo(configuration);
    assertThat(configuration.clone())
        .withFailMessage("%s is not equal to its clone().", subject)
        .isEqualTo(configuration);
  }

  /** With the updater's state: the next step of the loaded network is the next of the saved one. */
  static void trainingGoesOn(Subject subject) throws IOException {
    ComputationGraph graph = graph(subject, DataType.FLOAT, new Adam(0.01));
    SequenceBatch batch = SequenceBatch.random(subject, DataType.FLOAT, true);
    MultiDataSet data = batch.data(graph);
    fit(graph, data, 2);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, file, true);
    ComputationGraph loaded =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()), true);
    Distance.check(
        batch.answer(loaded),
        batch.answer(graph),
        0,
        "%s answers otherwise once loaded".formatted(subject));
    fit(graph, data, 2);
    fit(loaded, data, 2);
    Distance.check(
        loaded.params(), graph.params(), 0, "%s learns otherwise once loaded".formatted(subject));
  }

  private static void fit(ComputationGraph graph, MultiDataSet data, int times) {
    Nd4j.getRandom().setSeed(11);
    for (int i = 0; i < times; i++) {
      graph.fit(data);
    }
  }

  static void copies(Subject subject) {
    ComputationGraph graph = subject.graph(DataType.FLOAT);
    SequenceBatch batch = SequenceBatch.random(subject, DataType.FLOAT, true);
    INDArray expected = batch.answer(graph);
    ComputationGraph copy = graph.clone();
    Distance.check(
        batch.answer(copy),
        expected,
        0,
        "%s answers otherwise in a clone of its network".formatted(subject));
    copy.params().addi(0.1);
    Distance.check(
        batch.answer(graph), expected, 0, "%s shares parameters with its clone".formatted(subject));
  }

  static void answersLeaveNothing(Subject subject) throws Throwable {
    ComputationGraph graph = graph(subject, DataType.FLOAT, new Sgd(0.1));
    SequenceBatch batch = SequenceBatch.random(subject, DataType.FLOAT, true);
    INDArray before = graph.params().dup();
    INDArray input = batch.inputs()[0].dup();
    INDArray first = batch.answer(graph);
    Distance.check(
        batch.answer(graph), first, 0, "%s answers otherwise when asked again".formatted(subject));
    Distance.check(graph.params(), before, 0, "%s: output() changes parameters".formatted(subject));
    Distance.check(batch.inputs()[0], input, 0, "%s writes into its input".formatted(subject));
    MultiDataSet data = batch.data(graph);
    String printed = StandardOutput.of(() -> graph.fit(data));
    assertThat(printed).withFailMessage("%s prints '%s'.", subject, printed).isEmpty();
  }

  static void types(Subject subject) {
    ComputationGraph half = graph(subject, DataType.FLOAT16, new Sgd(0.1));
    SequenceBatch batch = SequenceBatch.random(subject, DataType.FLOAT16, true);
    INDArray exact = answer(subject, half, batch, DataType.DOUBLE);
    Distance.check(
        answer(subject, half, batch, DataType.FLOAT),
        exact,
        1e-5,
        "%s in FLOAT".formatted(subject));
    Distance.check(batch.answer(half), exact, 2e-2, "%s in HALF".formatted(subject));
    fit(half, batch.data(half), 3);
    INDArray params = half.params().castTo(DataType.DOUBLE);
    Distance.check(params, params, 0, "%s trained in HALF".formatted(subject));
  }

  private static INDArray answer(
      Subject subject, ComputationGraph half, SequenceBatch batch, DataType type) {
    ComputationGraph graph = subject.graph(type);
    graph.setParams(half.params().castTo(type));
    INDArray answer = batch.castTo(type).answer(graph);
    assertThat(answer.dataType())
        .withFailMessage("%s answers in %s in a network of %s.", subject, answer.dataType(), type)
        .isEqualTo(type);
    return answer;
  }

  static void shapes(Subject subject) {
    ComputationGraph graph = graph(subject, DataType.FLOAT, new Sgd(0.1));
    for (int[] shape : new int[][] {{3, 5}, {1, 5}, {3, 1}, {1, 1}, {3, 5}}) {
      SequenceBatch batch =
          SequenceBatch.random(subject, DataType.FLOAT, shape[0], shape[1], false);
      long examples = batch.answer(graph).size(0);
      assertThat(examples)
          .withFailMessage("%s answers %d examples with %d.", subject, shape[0], examples)
          .isEqualTo(shape[0]);
      fit(graph, batch.data(graph), 1);
      Distance.check(
          graph.params(),
          graph.params(),
          0,
          "%s trained on %d examples of %d steps".formatted(subject, shape[0], shape[1]));
    }
  }

  static void workspaces(Subject subject) {
    INDArray[] params = new INDArray[2];
    Nd4j.getRandom().setSeed(3);
    SequenceBatch batch = SequenceBatch.random(subject, DataType.FLOAT, true);
    for (int i = 0; i < params.length; i++) {
      WorkspaceMode mode = i == 0 ? WorkspaceMode.NONE : WorkspaceMode.ENABLED;
      ComputationGraph graph = subject.graph(DataType.FLOAT, new Adam(0.01), mode, true);
      fit(graph, batch.data(graph), 3);
      params[i] = graph.params();
    }
    Distance.check(
        params[1], params[0], 1e-6, "%s learns otherwise in workspaces".formatted(subject));
  }

  static void multiLayerNetwork(Subject subject, Layer layer) {
    ComputationGraph graph = graph(subject, DataType.FLOAT, new Sgd(0.1));
    MultiLayerNetwork network = subject.network(layer, DataType.FLOAT, new Sgd(0.1));
    MultiLayerConfiguration configuration = network.getLayerWiseConfigurations();
    assertThat(MultiLayerConfiguration.fromJson(configuration.toJson()))
        .withFailMessage("%s comes back from the JSON of a MultiLayerNetwork changed.", subject)
        .isEqualTo(configuration);
    SequenceBatch batch = SequenceBatch.random(subject, DataType.FLOAT, true);
    MultiDataSet data = batch.data(graph);
    fit(graph, data, 2);
    Nd4j.getRandom().setSeed(11);
    INDArray labelMask = batch.outputMask(graph);
    for (int i = 0; i < 2; i++) {
      network.fit(
          new DataSet(
              batch.inputs()[0], data.getLabels(0), data.getFeaturesMaskArray(0), labelMask));
    }
    Distance.check(
        network.params(),
        graph.params(),
        1e-6,
        "%s learns otherwise in a MultiLayerNetwork".formatted(subject));
  }

  /** Frozen with all that lies before it, then all of it trained further. */
  static void transfer(Subject subject) {
    ComputationGraph trained = graph(subject, DataType.FLOAT, new Sgd(0.1));
    SequenceBatch batch = SequenceBatch.random(subject, DataType.FLOAT, true);
    MultiDataSet data = batch.data(trained);
    fit(trained, data, 1);
    INDArray before = own(trained);
    FineTuneConfiguration tuning =
        new FineTuneConfiguration.Builder().updater(new Sgd(0.5)).seed(17).build();
    for (boolean frozen : new boolean[] {true, false}) {
      TransferLearning.GraphBuilder builder =
          new TransferLearning.GraphBuilder(trained).fineTuneConfiguration(tuning);
      ComputationGraph tuned =
          frozen ? builder.setFeatureExtractor(Subject.NAME).build() : builder.build();
      Distance.check(
          batch.answer(tuned),
          batch.answer(trained),
          0,
          "%s answers otherwise after TransferLearning".formatted(subject));
      fit(tuned, data, 2);
      double moved = before.isEmpty() ? 0 : Distance.of(own(tuned), before);
      assertThat(moved == 0)
          .withFailMessage(
              frozen
                  ? "%s learns although TransferLearning has frozen it."
                  : "%s does not learn after TransferLearning.",
              subject)
          .isEqualTo(frozen || before.isEmpty());
      assertThat(Distance.of(tuned.getLayer(Subject.OUTPUT).params(), output(trained)))
          .withFailMessage("%s: what follows it does not learn after TransferLearning.", subject)
          .isPositive()
          .isFinite();
    }
  }

  private static INDArray output(ComputationGraph graph) {
    return graph.getLayer(Subject.OUTPUT).params();
  }

  /** The subject's own parameters. */
  private static INDArray own(ComputationGraph graph) {
    INDArray params = graph.getVertex(Subject.NAME).params();
    return params == null ? Nd4j.empty(DataType.FLOAT) : params.dup();
  }
}
