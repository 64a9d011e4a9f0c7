package org.attention4j.examples.distributed;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.CollectionAccumulator;
import org.attention4j.examples.support.CommandFailure;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.api.Repartition;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.jspecify.annotations.Nullable;

/**
 * Trains a network in rounds. In a round each worker copies the network, trains the copy on its own
 * part of the round's batches, and sends back its parameters and the state of its updater; the
 * network gets their means.
 *
 * <p>Round r takes the batches from r·W·f on, W the number of workers and f the averaging
 * frequency; worker w those from r·W·f + w·f on. So who trains what does not depend on chance or on
 * Spark.
 */
final class SparkTraining {
  private final JavaSparkContext context;
  private final Plan plan;

  /**
   * Prepares.
   *
   * @param context Spark
   * @param plan who trains what
   */
  SparkTraining(JavaSparkContext context, Plan plan) {
    this.context = context;
    this.plan = plan;
  }

  /**
   * A worker that is to fail.
   *
   * @param round in which round, counted from 0
   * @param process whether its process ends; otherwise its task alone
   */
  record Fault(int round, boolean process) {}

  /**
   * Trains on all batches that fill rounds.
   *
   * @param network trained in place
   * @param files one batch in each
   * @param fault a worker to fail; null for none
   * @param listener hears of each round
   * @return all that the workers told
   */
  WorkerRecords train(
      ComputationGraph network,
      List<String> files,
      @Nullable Fault fault,
      Consumer<WorkerRecords.Round> listener) {
    ParameterAveragingTrainingMaster master =
        new ParameterAveragingTrainingMaster.Builder(plan.workers(), plan.batch())
            .batchSizePerWorker(plan.batch())
            .averagingFrequency(plan.averageEvery())
            .repartionData(Repartition.Never) // each partition is a worker's part already
            .storageLevelStreams(null)
            .saveUpdater(true)
            .build();
    SparkComputationGraph graph = new SparkComputationGraph(context, network, master);
    CollectionAccumulator<WorkerReport> told = context.sc().collectionAccumulator("told");
    WorkerRecords records = new WorkerRecords(plan);
    int size = plan.batchesPerRound();
    for (int round = 0; (round + 1) * size <= files.size(); round++) {
      graph.setListeners(List.of(new WorkerMonitor(round, plan.monitorEvery(), told)));
      List<TrainingHook> hooks = hooks(round, fault);
      hooks.forEach(master::addHook);
      long start = System.nanoTime();
      graph.fitPaths(
          context.parallelize(
              List.copyOf(files.subList(round * size, (round + 1) * size)), plan.workers()));
      double seconds = (System.nanoTime() - start) / 1e9;
      hooks.forEach(master::removeHook);
      WorkerRecords.Round done = records.add(round, seconds, told.value());
      told.reset();
      listener.accept(done);
      if (!Double.isFinite(done.score())) {
        throw new CommandFailure(
            "The loss stopped being a number in round %d.".formatted(round + 1));
      }
    }
    return records;
  }

  private List<TrainingHook> hooks(int round, @Nullable Fault fault) {
    List<TrainingHook> hooks = new ArrayList<>();
    hooks.add(new IterationCount(round * plan.averageEvery()));
    if (fault != null && fault.round() == round) {
      hooks.add(new WorkerFault(plan.workers() - 1, plan.averageEvery() / 2, fault.process()));
    }
    return hooks;
  }
}
