package org.attention4j.monitor;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.attention4j.layers.AttentionSpec;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.solvers.BaseOptimizer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches what attention does while a network trains, for each layer and head:
 *
 * <pre>{@code
 * net.setListeners(AttentionMonitor.builder().every(50).reportTo(Reporters.log()).build());
 * }</pre>
 *
 * <p>On a scheduled iteration it takes queries, keys, values and the gradient that arrives at the
 * output of each attention layer and vertex, for a few examples, computes a few rows of scores and
 * weights from them anew, in DOUBLE, and measures these. So it holds no matrix of weights, and the
 * numbers are the same whether the layer runs fused or as a graph. Padding is never among the rows.
 * On all other iterations it does nothing. The rows are without attention dropout; the layer's
 * input dropout is in them.
 *
 * <p>Deeplearning4j's own attention layers and vertices are watched too, without the metrics that
 * need gradients of scores. The queries of recurrent attention are the steps that attend, and the
 * gradients there cost a second backward pass of the layer. Layers of one name are told apart by a
 * number behind it. Of wrappers those are looked into that hold one layer, such as frozen ones.
 *
 * <p>One monitor may serve several copies of a network that train side by side, as under
 * ParallelWrapper: an iteration is measured on the copy that comes to it first. Networks that have
 * nothing to do with one another need a monitor each: a second one is not watched, and one warning
 * says so. It is taken for another network if its size differs, or if it begins at iteration 0 on a
 * thread on which one has been watched before.
 *
 * <p>What fails in here, be it a metric, a reporter or the look at a layer, is switched off with
 * one warning; training goes on, whatever was thrown: only {@link ThreadDeath} and those errors of
 * the JVM pass that no callback can cause.
 */
public final class AttentionMonitor extends BaseTrainingListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AttentionMonitor.class);

  private final Schedule schedule;
  private final Sampling sampling;
  private final Geometry geometry;
  private final boolean jacobians;
  private final List<IsolatedMetric> metrics;
  private final List<Reporter> reporters;
  private final Alarms alarms;
  private final Map<AttentionSpec, RowRecomputation> recomputations = new HashMap<>();
  private final FaultIsolator network = new FaultIsolator("The look at the network");
  private final FaultIsolator scheduleGuard;
  private final NetworkOwner owner = new NetworkOwner();
  private final ConcurrentMap<String, FaultIsolator> layers = new ConcurrentHashMap<>();
  private final ThreadLocal<Progress> progress = ThreadLocal.withInitial(Progress::new);
  private boolean saidThatNothingIsWatched;
  private int lastIteration = -1;
  private WeakReference<Model> lastModel = new WeakReference<>(null);
  private WeakReference<Thread> lastThread = new WeakReference<>(null);

  /** Where the network that trains on this thread stands. */
  private static final class Progress {
    private WeakReference<Model> model = new WeakReference<>(null);
    private int epoch = -1;
    private @Nullable List<LayerSnapshot> looks;
  }

  AttentionMonitor(MonitorBuilder builder) {
    schedule = builder.schedule;
    scheduleGuard = FaultIsolator.of("Schedule", schedule);
    sampling = builder.sampling();
    geometry = builder.geometry;
    jacobians = builder.chosenGroups().contains(MetricGroup.JACOBIAN);
    metrics = builder.allMetrics().stream().map(IsolatedMetric::of).toList();
    reporters = builder.reporters.stream().map(Reporters::guarded).toList();
    alarms = builder.alarms(alarm -> reporters.forEach(reporter -> reporter.alarm(alarm)));
  }

  /**
   * Starts a description: every 100 iterations, cheap metrics, two examples, eight queries of each.
   *
   * @return the description, to be completed
   */
  public static MonitorBuilder builder() {
    return new MonitorBuilder();
  }

  @Override
  public void onForwardPass(Model model, List<INDArray> activations) {
    look(model, layer -> activations.get(Integer.parseInt(layer) + 1));
  }

  @Override
  public void onForwardPass(Model model, Map<String, INDArray> activations) {
    look(model, activations::get);
  }

  private void look(Model model, Activations activations) {
    progress.get().looks = null;
    network.run(
        () -> {
          if (owner.accepts(model) && isDue(model)) {
            try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
              List<MonitoredLayer> watched = MonitoredNetwork.of(model, activations);
              if (watched.isEmpty()) {
                sayThatNothingIsWatched(model);
              }
              progress.get().looks = looks(watched, model);
            }
          }
        });
  }

  private synchronized void sayThatNothingIsWatched(Model model) {
    if (!saidThatNothingIsWatched) {
      saidThatNothingIsWatched = true;
      LOG.warn(
          "AttentionMonitor watches nothing: this {} of {} parameters has no attention layer or"
              + " vertex that can be watched.",
          model.getClass().getSimpleName(),
          model.numParams());
    }
  }

  private boolean isDue(Model model) {
    Progress here = progress.get();
    int iteration = MonitoredNetwork.iteration(model);
    int epoch = MonitoredNetwork.epoch(model);
    boolean firstOfEpoch = here.model.get() != model || here.epoch != epoch;
    if (here.model.get() != model) {
      here.model = new WeakReference<>(model);
    }
    here.epoch = epoch;
    boolean[] due = new boolean[1];
    scheduleGuard.run(() -> due[0] = schedule.isDue(iteration, epoch, firstOfEpoch));
    return due[0] && claim(model, iteration);
  }

  /** Whether this network is the first of its copies, each on its thread, at the iteration. */
  private synchronized boolean claim(Model model, int iteration) {
    Thread thread = Thread.currentThread();
    boolean behind =
        iteration <= lastIteration && lastModel.get() != model && lastThread.get() != thread;
    if (behind) {
      return false;
    }
    lastIteration = iteration;
    lastModel = new WeakReference<>(model);
    lastThread = new WeakReference<>(thread);
    return true;
  }

  private List<LayerSnapshot> looks(List<MonitoredLayer> watched, Model model) {
    int iteration = MonitoredNetwork.iteration(model);
    List<LayerSnapshot> looks = new ArrayList<>();
    for (MonitoredLayer layer : watched) {
      FaultIsolator guard = guard(layer.name());
      int[] examples = sampling.examples(layer.inputs()[0].size(0), iteration);
      guard.run(() -> looks.add(new LayerSnapshot(layer, examples, guard)));
    }
    return looks;
  }

  private FaultIsolator guard(String layer) {
    return layers.computeIfAbsent(
        layer, name -> new FaultIsolator("The look at layer '" + name + "'"));
  }

  @Override
  public void onGradientCalculation(Model model) {
    List<LayerSnapshot> looks = progress.get().looks;
    if (looks != null) {
      looks.removeIf(
          look ->
              !guard(look.name())
                  .run(() -> look.beforeUpdate(model.gradient().gradientForVariable())));
    }
  }

  /**
   * Measures and reports what was seen in this iteration.
   *
   * @throws AttentionAlarmException if an alarm was raised and alarms are to stop training
   */
  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    Progress here = progress.get();
    List<LayerSnapshot> looks = here.looks;
    here.looks = null;
    if (looks == null || here.model.get() != model) {
      return;
    }
    synchronized (this) {
      for (LayerSnapshot look : looks) {
        guard(look.name())
            .run(
                () -> {
                  look.afterUpdate(model.gradient().gradientForVariable());
                  report(layerReport(look, iteration, epoch, model.score()));
                });
      }
      Alarm ending = alarms.takeEnding();
      if (ending != null) {
        // What the framework would do next, so that the network is left whole.
        BaseOptimizer.incrementIterationCount(model, 1);
        BaseOptimizer.applyConstraints(model);
        throw new AttentionAlarmException(ending);
      }
    }
  }

  private LayerReport layerReport(LayerSnapshot look, int iteration, int epoch, double score) {
    Probe probe = look.probe();
    RowRecomputation recomputation =
        recomputations.computeIfAbsent(probe.rule(), rule -> new RowRecomputation(rule, geometry));
    List<HeadProbe> heads = look.heads(recomputation.rows(probe, sampling, iteration, jacobians));
    List<MetricRecord> records = new ArrayList<>();
    for (HeadProbe head : heads) {
      Map<String, Double> values = new LinkedHashMap<>();
      metrics.forEach(metric -> metric.measure(head, values));
      records.add(new MetricRecord(iteration, epoch, head.layer(), head.head(), values));
    }
    return new LayerReport(score, heads, records);
  }

  private void report(LayerReport layer) {
    reporters.forEach(reporter -> reporter.reportLayer(layer));
    alarms.check(layer);
  }

  /** Closes the reporters. Training may go on; nothing more is reported. */
  @Override
  public void close() {
    reporters.forEach(Reporter::close);
  }
}
