package org.attention4j.dl4j;

import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.NetworkUtils;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * Sets the learning rate of a whole network, vertices included. {@link NetworkUtils} reaches layers
 * alone, those of this library among them, and passes over every vertex with parameters.
 */
public final class LearningRates {
  private LearningRates() {}

  /**
   * Sets one learning rate for all layers and vertices in place of what they have, schedules
   * included. What the updaters remember is kept.
   *
   * @param network the network
   * @param learningRate the new learning rate
   */
  public static void set(ComputationGraph network, double learningRate) {
    setVertices(network, learningRate, null);
    NetworkUtils.setLearningRate(network, learningRate);
  }

  /**
   * Sets one schedule for all layers and vertices in place of what they have. Iterations and epochs
   * are not counted from zero again, and what the updaters remember is kept.
   *
   * @param network the network
   * @param schedule the new schedule
   */
  public static void set(ComputationGraph network, ISchedule schedule) {
    setVertices(network, Double.NaN, schedule);
    NetworkUtils.setLearningRate(network, schedule);
  }

  /** Before the layers: setting theirs makes the network lay out its updaters again. */
  private static void setVertices(
      ComputationGraph network, double learningRate, @Nullable ISchedule schedule) {
    for (GraphVertex vertex : network.getConfiguration().getVertices().values()) {
      GraphVertex inner = vertex instanceof FrozenVertex frozen ? frozen.getUnderlying() : vertex;
      if (inner instanceof ExactSameDiffVertex own) {
        set(own.getUpdater(), learningRate, schedule);
      }
    }
  }

  private static void set(
      @Nullable IUpdater updater, double learningRate, @Nullable ISchedule schedule) {
    if (updater != null && updater.hasLearningRate()) {
      updater.setLrAndSchedule(learningRate, schedule);
    }
  }
}
