package org.attention4j.examples.distributed;

import java.io.Serializable;
import java.util.List;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricRecord;

/**
 * What a worker tells the driver of one iteration.
 *
 * @param task who trained
 * @param iteration the worker's iteration, counted from 0 over all rounds
 * @param score the network's score on its batch before the update
 * @param layers what the monitor measured, for each layer the records of its heads; empty if the
 *     iteration is not due
 * @param aggregates the numbers of each layer and of the network
 */
record WorkerReport(
    Task task,
    int iteration,
    double score,
    List<List<MetricRecord>> layers,
    List<AggregateRecord> aggregates)
    implements Serializable {

  /**
   * One attempt of a worker to train its part of a round.
   *
   * @param round the round, counted from 0
   * @param worker the worker, counted from 0: it trains the part of the same number in each round,
   *     on whatever machine Spark chooses
   * @param attempt counted from 0; above 0 when Spark runs the part again
   */
  record Task(int round, int worker, int attempt) implements Serializable {}

  WorkerReport {
    layers = List.copyOf(layers);
    aggregates = List.copyOf(aggregates);
  }
}
