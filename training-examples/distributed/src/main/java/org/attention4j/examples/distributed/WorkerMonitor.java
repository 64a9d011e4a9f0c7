package org.attention4j.examples.distributed;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.util.CollectionAccumulator;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.Reporter;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Watches a worker's network. It travels to the worker with its task, and each task has its own
 * {@link AttentionMonitor}. What it tells goes back in an accumulator of Spark with the result of
 * the task: so a task that fails tells nothing, and one that succeeds tells everything.
 *
 * <p>It raises no alarms. A rule watches many iterations, and Spark may run the next round on
 * another machine; the driver sees all iterations in order. So its aggregates lack the number of
 * heads in alarm, which {@link DriverMonitor} adds.
 */
final class WorkerMonitor extends BaseTrainingListener implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int round;
  private final int every;
  private final CollectionAccumulator<WorkerReport> reports;
  private transient @Nullable Watch watch;

  /**
   * Prepares.
   *
   * @param round the round, counted from 0
   * @param every the iterations from one snapshot to the next; 0 for none
   * @param reports takes what is told
   */
  WorkerMonitor(int round, int every, CollectionAccumulator<WorkerReport> reports) {
    this.round = round;
    this.every = every;
    this.reports = reports;
  }

  /** The monitor of one task, and what it has measured since it was asked last. */
  private static final class Watch implements Reporter {
    private final List<List<MetricRecord>> layers = new ArrayList<>();
    private final List<AggregateRecord> aggregates = new ArrayList<>();
    private final @Nullable AttentionMonitor monitor;

    Watch(int every) {
      monitor =
          every == 0
              ? null
              : AttentionMonitor.builder().every(every).tier(Tier.CHEAP).reportTo(this).build();
    }

    @Override
    public void report(List<MetricRecord> records) {
      layers.add(List.copyOf(records));
    }

    @Override
    public void reportAggregate(AggregateRecord aggregate) {
      aggregates.add(aggregate);
    }
  }

  private @Nullable AttentionMonitor monitor() {
    return watch().monitor;
  }

  private Watch watch() {
    Watch known = watch;
    if (known == null) {
      known = new Watch(every);
      watch = known;
    }
    return known;
  }

  @Override
  public void onForwardPass(Model model, List<INDArray> activations) {
    AttentionMonitor monitor = monitor();
    if (monitor != null) {
      monitor.onForwardPass(model, activations);
    }
  }

  @Override
  public void onForwardPass(Model model, Map<String, INDArray> activations) {
    AttentionMonitor monitor = monitor();
    if (monitor != null) {
      monitor.onForwardPass(model, activations);
    }
  }

  @Override
  public void onGradientCalculation(Model model) {
    AttentionMonitor monitor = monitor();
    if (monitor != null) {
      monitor.onGradientCalculation(model);
    }
  }

  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    Watch here = watch();
    if (here.monitor != null) {
      here.monitor.iterationDone(model, iteration, epoch);
    }
    TaskContext task = TaskContext.get();
    reports.add(
        new WorkerReport(
            new WorkerReport.Task(round, task.partitionId(), task.attemptNumber()),
            iteration,
            model.score(),
            here.layers,
            here.aggregates));
    here.layers.clear();
    here.aggregates.clear();
  }
}
