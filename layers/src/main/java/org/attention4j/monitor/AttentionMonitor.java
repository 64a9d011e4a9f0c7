package org.attention4j.monitor;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attention4j.internal.monitor.FaultIsolator;
import org.attention4j.internal.probes.Activations;
import org.attention4j.internal.probes.InferencePass;
import org.attention4j.internal.probes.LayerSnapshot;
import org.attention4j.internal.probes.MonitoredLayer;
import org.attention4j.internal.probes.MonitoredNetwork;
import org.attention4j.internal.probes.NetworkOwner;
import org.attention4j.internal.probes.Probe;
import org.attention4j.internal.probes.RowRecomputation;
import org.attention4j.internal.probes.Sampling;
import org.attention4j.layers.AttentionSpec;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.alarms.AttentionAlarmException;
import org.attention4j.monitor.metrics.Geometry;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.metrics.MetricGroup;
import org.attention4j.monitor.reporters.LayerReport;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.solvers.BaseOptimizer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A training listener that measures the attention of a network, for each layer and head:
 *
 * <pre>{@code
 * net.setListeners(AttentionMonitor.builder().every(50).reportTo(Reporters.log()).build());
 * }</pre>
 *
 * <p>On a scheduled iteration it takes, for a few examples, the queries, keys and values of each
 * attention layer and vertex and the gradient at its output. From these it computes a few rows of
 * scores and weights, in DOUBLE, and measures these rows. So it never holds a matrix of weights,
 * and the numbers are the same on the fused path and the graph path. Padding is never among the
 * rows. The rows are without attention dropout, but with the layer's input dropout. On all other
 * iterations the monitor does nothing.
 *
 * <p>It also watches Deeplearning4j's own attention layers and vertices, without the metrics that
 * need gradients of scores. In recurrent attention the queries are the steps that attend; their
 * gradients cost a second backward pass of the layer. Layers with the same name get a number at the
 * end of it. A layer inside a wrapper that holds one layer, such as a frozen one, is found, too.
 *
 * <p>One monitor can serve several copies of a network that train in parallel, as under
 * ParallelWrapper: the first copy that reaches an iteration is measured. Otherwise each network
 * needs a monitor of its own: a second network is not watched, and one warning says so. A network
 * counts as a second one if it has another number of parameters, or if it begins at iteration 0 on
 * a thread on which the monitor has watched one before.
 *
 * <p>For SameDiff graphs there is {@link SameDiffMonitor}.
 *
 * <p>If a metric, a reporter or the measurement of a layer fails, it is switched off with one
 * warning. Training continues, whatever was thrown. Only {@link ThreadDeath} passes, and the errors
 * of the JVM that no callback can cause.
 */
public final class AttentionMonitor extends BaseTrainingListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AttentionMonitor.class);

  private final ScheduledIterations iterations;
  private final Sampling sampling;
  private final Geometry geometry;
  private final Set<MetricGroup> groups;
  private final boolean wantsScores;
  private final Reporting reporting;
  private final Map<AttentionSpec, RowRecomputation> recomputations = new HashMap<>();
  private final FaultIsolator network = new FaultIsolator("The measurement of the network");
  private final NetworkOwner owner = new NetworkOwner();
  private final LayerIsolators isolators = new LayerIsolators();
  private final ThreadLocal<Progress> progress = ThreadLocal.withInitial(Progress::new);
  private boolean warnedThatNothingIsMonitored;

  /** What was taken of the network that trains on this thread. */
  private static final class Progress {
    private WeakReference<Model> model = new WeakReference<>(null);
    private @Nullable List<LayerSnapshot> snapshots;
  }

  AttentionMonitor(MonitorBuilder builder) {
    iterations = new ScheduledIterations(builder.schedule);
    sampling = builder.sampling();
    geometry = builder.geometry;
    groups = Set.copyOf(builder.chosenGroups());
    wantsScores = groups.contains(MetricGroup.LOGITS);
    reporting = new Reporting(builder);
  }

  /**
   * Makes a builder. Its defaults: every 100 iterations, cheap metrics, two examples, eight queries
   * of each.
   *
   * @return the builder
   */
  public static MonitorBuilder builder() {
    return new MonitorBuilder();
  }

  @Override
  public void onForwardPass(Model model, List<INDArray> activations) {
    takeSnapshots(model, Activations.ofLayers(activations));
  }

  @Override
  public void onForwardPass(Model model, Map<String, INDArray> activations) {
    takeSnapshots(model, activations::get);
  }

  private void takeSnapshots(Model model, Activations activations) {
    progress.get().snapshots = null;
    network.run(
        () -> {
          if (owner.accepts(model) && isDue(model)) {
            try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
              List<MonitoredLayer> monitored = MonitoredNetwork.of(model, activations);
              if (monitored.isEmpty()) {
                warnThatNothingIsMonitored(model);
              }
              Progress here = progress.get();
              here.model = new WeakReference<>(model);
              here.snapshots = snapshots(monitored, model);
            }
          }
        });
  }

  private synchronized void warnThatNothingIsMonitored(Model model) {
    if (!warnedThatNothingIsMonitored) {
      warnedThatNothingIsMonitored = true;
      LOG.warn(
          "AttentionMonitor watches nothing: this {} of {} parameters has no attention layer or"
              + " vertex that can be watched.",
          model.getClass().getSimpleName(),
          model.numParams());
    }
  }

  private boolean isDue(Model model) {
    return iterations.isDue(
        model, MonitoredNetwork.iteration(model), MonitoredNetwork.epoch(model));
  }

  private List<LayerSnapshot> snapshots(List<MonitoredLayer> monitored, Model model) {
    int iteration = MonitoredNetwork.iteration(model);
    boolean reached = MonitoredNetwork.isTrainedWholly(model);
    List<LayerSnapshot> snapshots = new ArrayList<>();
    for (MonitoredLayer layer : monitored) {
      FaultIsolator isolator = isolators.of(layer.name());
      int[] examples = sampling.examples(layer.inputs()[0].size(0), iteration);
      isolator.run(
          () -> {
            LayerSnapshot snapshot = new LayerSnapshot(layer, examples, groups);
            snapshot.askForGradient(isolator);
            if (wantsScores && reached) {
              snapshot.askForScores(isolator);
            } else if (wantsScores) {
              snapshot.takeScores();
            }
            snapshots.add(snapshot);
          });
    }
    return snapshots;
  }

  @Override
  public void onGradientCalculation(Model model) {
    List<LayerSnapshot> snapshots = progress.get().snapshots;
    if (snapshots != null) {
      snapshots.removeIf(
          snapshot ->
              !isolators
                  .of(snapshot.name())
                  .run(() -> snapshot.beforeUpdate(model.gradient().gradientForVariable())));
    }
  }

  /**
   * Measures and reports the snapshots of this iteration.
   *
   * @throws AttentionAlarmException if an alarm was raised that stops training
   */
  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    Progress here = progress.get();
    List<LayerSnapshot> snapshots = here.snapshots;
    here.snapshots = null;
    if (snapshots == null || here.model.get() != model) {
      return;
    }
    synchronized (this) {
      Reporting.Snapshot all =
          reporting.begin(new Reporting.Batch(iteration, epoch, null, model.score()));
      for (LayerSnapshot snapshot : snapshots) {
        isolators
            .of(snapshot.name())
            .run(
                () -> {
                  snapshot.afterUpdate(model.gradient().gradientForVariable());
                  all.add(heads(snapshot, iteration), snapshot.ofOutput());
                });
      }
      all.finish();
      Alarm ending = reporting.takeEnding();
      if (ending != null) {
        // What the framework does next, so that the network is left in a consistent state.
        BaseOptimizer.incrementIterationCount(model, 1);
        BaseOptimizer.applyConstraints(model);
        throw new AttentionAlarmException(ending);
      }
    }
  }

  private List<HeadProbe> heads(LayerSnapshot snapshot, int iteration) {
    Probe probe = snapshot.probe();
    RowRecomputation recomputation =
        recomputations.computeIfAbsent(probe.spec(), spec -> new RowRecomputation(spec, geometry));
    boolean jacobians = groups.contains(MetricGroup.JACOBIAN);
    return snapshot.heads(recomputation.rows(probe, sampling, iteration, jacobians));
  }

  /**
   * Measures a network on one batch that it does not train on: the same metrics, but none of
   * gradients and updates, with the records named after the data. The forward pass is that of
   * inference, without dropout. It changes nothing that training depends on, so this can be called
   * between two calls of {@code fit}, from a score calculator of early stopping, or after a network
   * was loaded. No alarms are raised. The schedule is not asked, and the monitor need not be a
   * listener of the network.
   *
   * @param model a MultiLayerNetwork or a ComputationGraph
   * @param data the batch; labels are not used
   * @param split the name of the data in all reports, such as {@code validation}
   * @return what was reported, one for each attention layer; the score is NaN
   * @throws IllegalArgumentException if it is another model, the data do not fit it, or the split
   *     has no name or that of training
   */
  public List<LayerReport> measure(Model model, DataSet data, String split) {
    requireData(data);
    INDArray mask = data.getFeaturesMaskArray();
    return measure(
        model,
        new INDArray[] {data.getFeatures()},
        mask == null ? null : new INDArray[] {mask},
        split);
  }

  /**
   * The same for several inputs.
   *
   * @param model a MultiLayerNetwork or a ComputationGraph
   * @param data the batch; labels are not used
   * @param split the name of the data
   * @return what was reported
   * @throws IllegalArgumentException as above
   */
  public List<LayerReport> measure(Model model, MultiDataSet data, String split) {
    requireData(data);
    return measure(model, data.getFeatures(), data.getFeaturesMaskArrays(), split);
  }

  /**
   * The same for a batch without padding.
   *
   * @param model a MultiLayerNetwork or a ComputationGraph
   * @param features the batch
   * @param split the name of the data
   * @return what was reported
   * @throws IllegalArgumentException as above
   */
  public List<LayerReport> measure(Model model, INDArray features, String split) {
    return measure(model, new INDArray[] {features}, split);
  }

  /**
   * The same for a batch of several inputs without padding.
   *
   * @param model a MultiLayerNetwork or a ComputationGraph
   * @param features the batch, one array for each input
   * @param split the name of the data
   * @return what was reported
   * @throws IllegalArgumentException as above
   */
  public List<LayerReport> measure(Model model, INDArray[] features, String split) {
    return measure(model, features, null, split);
  }

  private static void requireData(@Nullable Object data) {
    if (data == null) {
      throw new IllegalArgumentException(
          "AttentionMonitor: the data are null but must be a batch.");
    }
  }

  private synchronized List<LayerReport> measure(
      Model model, INDArray[] features, @Nullable INDArray @Nullable [] masks, String split) {
    Reporting.requireSplit(split);
    try (InferencePass pass = new InferencePass("AttentionMonitor", model, features, masks)) {
      int iteration = MonitoredNetwork.iteration(model);
      Reporting.Snapshot all =
          reporting.begin(
              new Reporting.Batch(iteration, MonitoredNetwork.epoch(model), split, Double.NaN));
      for (MonitoredLayer layer : pass.layers()) {
        int[] examples = sampling.examples(layer.inputs()[0].size(0), iteration);
        isolators
            .of(layer.name())
            .run(
                () -> {
                  LayerSnapshot snapshot = new LayerSnapshot(layer, examples, groups);
                  if (wantsScores) {
                    snapshot.takeScores();
                  }
                  all.add(heads(snapshot, iteration), snapshot.ofOutput());
                });
      }
      return all.finish();
    }
  }

  /** Closes the reporters. Training can continue, but nothing more is reported. */
  @Override
  public void close() {
    reporting.close();
  }
}
