package org.attention4j.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.datasets.iterator.IteratorMultiDataSetIterator;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.parallelism.ParallelInference;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.deeplearning4j.parallelism.inference.InferenceMode;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.learning.config.Sgd;

/** Copies of a network that train or answer side by side. */
final class ParallelChecks {
  private static final int WORKERS = 2;
  private static final double TOLERANCE = 1e-5;

  private ParallelChecks() {}

  private static ComputationGraph graph(Subject subject) {
    return subject.graph(DataType.FLOAT, new Sgd(0.1), WorkspaceMode.ENABLED, false);
  }

  /** Two workers, one step each, then the mean of their parameters. */
  static void averagedTraining(Subject subject) throws Exception {
    ComputationGraph graph = graph(subject);
    SequenceBatch batch = SequenceBatch.random(subject, DataType.FLOAT, true);
    MultiDataSet first = batch.data(graph);
    MultiDataSet second = SequenceBatch.random(subject, DataType.FLOAT, true).data(graph);
    INDArray before = graph.params().dup();
    INDArray one = trained(graph, first);
    INDArray mean = one.add(trained(graph, second)).div(WORKERS);
    ComputationGraph ahead = graph.clone();
    boolean random = SubjectPass.draws(graph, batch);
    try (ParallelWrapper wrapper =
        new ParallelWrapper.Builder<>(graph)
            .workers(WORKERS)
            .averagingFrequency(1)
            .prefetchBuffer(0)
            .trainingMode(ParallelWrapper.TrainingMode.AVERAGING)
            .build()) {
      wrapper.fit(
          new IteratorMultiDataSetIterator(
              List.<org.nd4j.linalg.dataset.api.MultiDataSet>of(first, second).iterator(),
              SequenceBatch.EXAMPLES));
    }
    assertThat(Distance.of(graph.params(), before))
        .withFailMessage("%s does not learn in a ParallelWrapper.", subject)
        .isPositive()
        .isFinite();
    if (!random) { // a layer that drops out draws otherwise in other threads
      double distance = Distance.of(graph.params(), mean);
      if (!(distance < TOLERANCE)) {
        // The first worker trains the network itself, and the second one may copy it after that.
        ahead.setParams(one);
        INDArray late = one.add(trained(ahead, second)).div(WORKERS);
        distance = Distance.of(graph.params(), late);
      }
      assertThat(distance)
          .withFailMessage(
              "%s in a ParallelWrapper is not the mean of its workers: the largest difference is"
                  + " %s.",
              subject, distance)
          .isLessThan(TOLERANCE);
    }
  }

  private static INDArray trained(ComputationGraph graph, MultiDataSet data) {
    ComputationGraph alone = graph.clone();
    alone.fit(data);
    return alone.params();
  }

  static void sideBySide(Subject subject) {
    ComputationGraph graph = graph(subject);
    List<INDArray[]> inputs =
        IntStream.range(1, 9)
            .mapToObj(
                steps -> SequenceBatch.random(subject, DataType.FLOAT, 3, steps, false).inputs())
            .toList();
    ParallelInference inference =
        new ParallelInference.Builder(graph)
            .workers(WORKERS)
            .inferenceMode(InferenceMode.SEQUENTIAL)
            .build();
    try {
      List<INDArray> answers =
          inputs.parallelStream().map(given -> inference.output(given)[0].dup()).toList();
      for (int i = 0; i < answers.size(); i++) {
        Distance.check(
            answers.get(i),
            graph.output(inputs.get(i))[0],
            1e-6,
            "%s answers otherwise in ParallelInference".formatted(subject));
      }
    } finally {
      inference.shutdown();
    }
  }
}
