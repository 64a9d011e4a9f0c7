package org.attention4j.examples.distributed;

import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.spark.api.TrainingHook;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * Tells a worker's network its iteration. A copy of {@code ComputationGraphConfiguration}, such as
 * each worker makes at the beginning of a round, forgets it in M2.1: schedules of the learning rate
 * and the bias correction of Adam would begin again in each round.
 */
final class IterationCount implements TrainingHook {
  private static final long serialVersionUID = 1L;

  private int next;

  /**
   * Prepares.
   *
   * @param first the worker's first iteration of the round
   */
  IterationCount(int first) {
    next = first;
  }

  @Override
  public void preUpdate(DataSet batch, Model model) {
    tell(model);
  }

  @Override
  public void preUpdate(MultiDataSet batch, Model model) {
    tell(model);
  }

  @Override
  public void postUpdate(DataSet batch, Model model) {}

  @Override
  public void postUpdate(MultiDataSet batch, Model model) {}

  private void tell(Model model) {
    if (model instanceof ComputationGraph graph) {
      graph.getConfiguration().setIterationCount(next);
    } else if (model instanceof MultiLayerNetwork network) {
      network.getLayerWiseConfigurations().setIterationCount(next);
    }
    next++;
  }
}
