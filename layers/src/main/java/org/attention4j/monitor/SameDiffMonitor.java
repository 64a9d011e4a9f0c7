package org.attention4j.monitor;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attention4j.internal.monitor.FaultIsolator;
import org.attention4j.internal.probes.GraphProbes;
import org.attention4j.internal.probes.GraphSnapshot;
import org.attention4j.internal.probes.NetworkOwner;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.alarms.AttentionAlarmException;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.reporters.LayerReport;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.listeners.At;
import org.nd4j.autodiff.listeners.BaseListener;
import org.nd4j.autodiff.listeners.Loss;
import org.nd4j.autodiff.listeners.Operation;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.autodiff.samediff.internal.Variable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener that measures the attention of a SameDiff graph, as {@link AttentionMonitor} does that
 * of a network:
 *
 * <pre>{@code
 * sd.setListeners(
 *     AttentionMonitor.builder().every(50).reportTo(Reporters.log()).buildForSameDiff());
 * }</pre>
 *
 * <p>It finds all that {@link org.attention4j.samediff.Attention} has written into the graph, also
 * in a graph that was saved and loaded; the layers are called {@code attention}, {@code
 * attention_1} and so on, or what {@link org.attention4j.samediff.Attention#name} says, after the
 * name scope. It finds nothing in the bodies of loops and branches, and of what the loss does not
 * need SameDiff computes nothing that could be measured.
 *
 * <p>On a scheduled iteration it copies sampled rows of the scores, the weights and their gradients
 * as the graph computes them, besides queries, keys and values. It asks SameDiff for no variable
 * that training does not compute, on any iteration; on all others than the scheduled ones it does
 * nothing.
 *
 * <p>The records have the same metrics as those of a network. These are different:
 *
 * <ul>
 *   <li>Scores, weights and gradients are those of the graph, in its type and with its attention
 *       dropout in the gradients. The gradients are those of the graph's loss as it is: of a mean
 *       over examples if the loss is one, and with what else the loss reads of scores and weights.
 *   <li>{@code gradientNorm} and {@code updateRatio} are known of the normalizer's parameters, and
 *       of Wq, Wk, Wv, bq, bk and bv where queries, keys or values are x W, or x W + b, with
 *       variables W [nIn, h d] and b [h d] of the graph and the columns of one head together,
 *       whatever the names of these variables are.
 *   <li>The tokens of {@link org.attention4j.monitor.metrics.Geometry#INPUT} are the rows of x, if
 *       keys are such a product; otherwise the keys.
 *   <li>Queries and keys count as one sequence if there are as many of both and the same
 *       placeholders feed them. Then a query is padding where no query sees the key with its
 *       number. Padding of queries from another sequence is not known.
 *   <li>{@code maxDotProduct} is there with a bias or an additive mask.
 *   <li>Norms of Jacobians of normalizers that are no softmax need one that has a type name.
 * </ul>
 *
 * <p>One monitor watches one graph. What fails is switched off with one warning, and training
 * continues, as with {@link AttentionMonitor}.
 */
public final class SameDiffMonitor extends BaseListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SameDiffMonitor.class);

  private final ScheduledIterations iterations;
  private final GraphProbes probes;
  private final Reporting reporting;
  private final FaultIsolator whole = new FaultIsolator("The measurement of the graph");
  private final NetworkOwner owner = new NetworkOwner();
  private final LayerIsolators isolators = new LayerIsolators();

  /** What is taken of the graph that trains on this thread; empty where nothing is due. */
  private final ThreadLocal<List<GraphSnapshot>> snapshots = ThreadLocal.withInitial(List::of);

  private boolean warnedThatNothingIsMonitored;

  SameDiffMonitor(MonitorBuilder builder) {
    iterations = new ScheduledIterations(builder.schedule);
    probes =
        new GraphProbes(builder.sampling(), builder.geometry, Set.copyOf(builder.chosenGroups()));
    reporting = new Reporting(builder);
  }

  /** Listens to training alone. */
  @Override
  public boolean isActive(Operation operation) {
    return operation == Operation.TRAINING;
  }

  @Override
  public void iterationStart(SameDiff sd, At at, MultiDataSet data, long etlMs) {
    snapshots.set(List.of());
    whole.run(
        () -> {
          if (owner.accepts(sd, at.iteration())
              && iterations.isDue(sd, at.iteration(), at.epoch())) {
            snapshots.set(begin(sd, at.iteration(), true));
          }
        });
  }

  private List<GraphSnapshot> begin(SameDiff sd, int iteration, boolean training) {
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      List<GraphSnapshot> begun = probes.begin(sd, iteration, training);
      if (begun.isEmpty()) {
        warnThatNothingIsMonitored(sd);
      }
      return begun;
    }
  }

  private synchronized void warnThatNothingIsMonitored(SameDiff sd) {
    if (!warnedThatNothingIsMonitored) {
      warnedThatNothingIsMonitored = true;
      LOG.warn(
          "AttentionMonitor watches nothing: this SameDiff graph of {} operations has no attention"
              + " made by org.attention4j.samediff.Attention.",
          sd.getOps().size());
    }
  }

  @Override
  public void activationAvailable(
      SameDiff sd,
      At at,
      @Nullable MultiDataSet batch,
      SameDiffOp op,
      String varName,
      @Nullable INDArray activation) {
    for (GraphSnapshot snapshot : snapshots.get()) {
      if (activation != null && snapshot.variables().contains(varName)) {
        run(snapshot, () -> snapshot.take(varName, activation));
      }
    }
  }

  @Override
  public void preUpdate(SameDiff sd, At at, Variable variable, INDArray update) {
    for (GraphSnapshot snapshot : snapshots.get()) {
      run(
          snapshot,
          () -> snapshot.beforeUpdate(variable.getName(), variable.getVariable().getArr(), update));
    }
  }

  private void run(GraphSnapshot snapshot, Runnable action) {
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      isolators.of(snapshot.name()).run(action);
    }
  }

  /**
   * Measures and reports the snapshots of this iteration.
   *
   * @throws AttentionAlarmException if an alarm was raised that stops training
   */
  @Override
  public void iterationDone(SameDiff sd, At at, @Nullable MultiDataSet batch, Loss loss) {
    List<GraphSnapshot> due = snapshots.get();
    snapshots.set(List.of());
    if (due.isEmpty()) {
      return;
    }
    Alarm ending = report(due, at, loss.totalLoss());
    if (ending != null) {
      // What the framework does next, so that the graph is left in a consistent state.
      sd.getTrainingConfig().incrementIterationCount();
      throw new AttentionAlarmException(ending);
    }
  }

  private synchronized @Nullable Alarm report(List<GraphSnapshot> due, At at, double score) {
    report(due, new Reporting.Batch(at.iteration(), at.epoch(), null, score));
    return reporting.takeEnding();
  }

  private List<LayerReport> report(List<GraphSnapshot> due, Reporting.Batch batch) {
    Reporting.Snapshot all = reporting.begin(batch);
    for (GraphSnapshot snapshot : due) {
      run(
          snapshot,
          () -> {
            List<HeadProbe> heads = snapshot.heads();
            if (!heads.isEmpty()) {
              all.add(heads, snapshot.ofOutput());
            }
          });
    }
    return all.finish();
  }

  /**
   * Measures a graph on one batch that it does not train on: the same metrics, but none of
   * gradients and updates, with the records named after the data. Parameters, updater, iteration
   * and loss stay as they are; random operations of the graph, if there are any, draw. No alarms
   * are raised. The schedule is not asked, and the monitor need not be a listener of the graph.
   *
   * @param sd the graph
   * @param placeholders the arrays of the placeholders that its attention needs, by name
   * @param split the name of the data in all reports, such as {@code validation}
   * @return what was reported, one for each attention; the score is NaN
   * @throws IllegalArgumentException if the split has no name or that of training
   */
  public synchronized List<LayerReport> measure(
      SameDiff sd, Map<String, INDArray> placeholders, String split) {
    Reporting.requireSplit(split);
    var training = sd.getTrainingConfig();
    int iteration = training == null ? 0 : training.getIterationCount();
    int epoch = training == null ? 0 : training.getEpochCount();
    List<GraphSnapshot> all = begin(sd, iteration, false);
    if (all.isEmpty()) {
      return List.of();
    }
    String[] names =
        all.stream()
            .flatMap(snapshot -> snapshot.variables().stream())
            .distinct()
            .toArray(String[]::new);
    Map<String, INDArray> arrays = sd.output(placeholders, names);
    for (GraphSnapshot snapshot : all) {
      for (String name : snapshot.variables()) {
        INDArray array = arrays.get(name);
        if (array != null) {
          run(snapshot, () -> snapshot.take(name, array));
        }
      }
    }
    return report(all, new Reporting.Batch(iteration, epoch, split, Double.NaN));
  }

  /** Closes the reporters. Training can continue, but nothing more is reported. */
  @Override
  public void close() {
    reporting.close();
  }
}
