package org.attention4j.examples.distributed;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.DataSet;

/** The same training on one machine, to hold the distributed one against. */
final class OneMachine {
  private OneMachine() {}

  /**
   * Trains on one batch after the other.
   *
   * @param network trained in place
   * @param batches in order
   */
  static void train(ComputationGraph network, List<DataSet> batches) {
    batches.forEach(network::fit);
  }

  /**
   * Joins the batches that workers train at the same time, so that one machine makes as many
   * updates as each of them, from gradients over the same windows.
   *
   * @param batches in the order of the file set
   * @param plan who trains what
   * @return larger batches, one for each iteration of a worker
   */
  static List<DataSet> joined(List<DataSet> batches, Plan plan) {
    List<DataSet> joined = new ArrayList<>();
    int size = plan.batchesPerRound();
    for (int start = 0; start + size <= batches.size(); start += size) {
      for (int i = 0; i < plan.averageEvery(); i++) {
        List<DataSet> together = new ArrayList<>();
        for (int worker = 0; worker < plan.workers(); worker++) {
          together.add(batches.get(start + worker * plan.averageEvery() + i));
        }
        joined.add(DataSet.merge(together));
      }
    }
    return joined;
  }
}
