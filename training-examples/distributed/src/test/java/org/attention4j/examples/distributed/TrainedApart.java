package org.attention4j.examples.distributed;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Parameter averaging by hand: networks in this JVM, whose parameters are averaged by loops. */
final class TrainedApart {
  private final List<ComputationGraph> networks = new ArrayList<>();
  private final Plan plan;

  TrainedApart(ComputationGraph start, Plan plan) {
    this.plan = plan;
    for (int worker = 0; worker < plan.workers(); worker++) {
      // A clone would share the list of listeners.
      ComputationGraph network = new ComputationGraph(start.getConfiguration().clone());
      network.init(start.params().dup(), false);
      networks.add(network);
    }
  }

  void watch(int worker, TrainingListener listener) {
    networks.get(worker).setListeners(listener);
  }

  /** Trains on all batches that fill rounds. */
  TrainedApart train(List<DataSet> batches) {
    int size = plan.batchesPerRound();
    for (int start = 0; start + size <= batches.size(); start += size) {
      for (int worker = 0; worker < plan.workers(); worker++) {
        for (int i = 0; i < plan.averageEvery(); i++) {
          networks.get(worker).fit(batches.get(start + worker * plan.averageEvery() + i));
        }
      }
      average(networks.stream().map(ComputationGraph::params).toList());
      List<INDArray> states =
          networks.stream().map(network -> network.getUpdater().getStateViewArray()).toList();
      if (states.get(0) != null) {
        average(states);
      }
    }
    return this;
  }

  private static void average(List<INDArray> vectors) {
    float[] mean = new float[(int) vectors.get(0).length()];
    for (INDArray vector : vectors) {
      float[] values = vector.toFloatVector();
      for (int i = 0; i < mean.length; i++) {
        mean[i] += values[i];
      }
    }
    for (int i = 0; i < mean.length; i++) {
      mean[i] /= vectors.size();
    }
    for (INDArray vector : vectors) {
      vector.assign(Nd4j.createFromArray(mean).reshape(vector.shape()));
    }
  }

  float[] parameters() {
    return networks.get(0).params().toFloatVector();
  }

  float[] updaterState() {
    return networks.get(0).getUpdater().getStateViewArray().toFloatVector();
  }
}
