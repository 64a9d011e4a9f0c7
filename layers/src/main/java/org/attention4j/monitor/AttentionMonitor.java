package org.attention4j.monitor;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attention4j.layers.AttentionRule;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
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
 * <p>Deeplearning4j's own self-attention layers and attention vertices are watched too, without the
 * metrics that need gradients of scores. Recurrent attention, which has no fixed queries, and
 * layers inside wrappers other than frozen ones are not watched.
 *
 * <p>One monitor may serve several copies of a network that train side by side, as under
 * ParallelWrapper: an iteration is measured on the copy that comes to it first. Networks that have
 * nothing to do with one another need a monitor each.
 *
 * <p>What fails in here, be it a metric, a reporter or the look at a layer, is switched off with
 * one warning; training goes on.
 */
public final class AttentionMonitor extends BaseTrainingListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AttentionMonitor.class);

  /** Stands for all layers where the network itself could not be looked at. */
  private static final String NETWORK = "network";

  private final Schedule schedule;
  private final Sampling sampling;
  private final Geometry geometry;
  private final Tier tier;
  private final List<Metric> metrics;
  private final List<Reporter> reporters;
  private final Alarms alarms;
  private final Map<AttentionRule, RowRecomputation> recomputations = new HashMap<>();
  private final Set<String> failed = new HashSet<>();
  private final ThreadLocal<Progress> progress = ThreadLocal.withInitial(Progress::new);
  private int lastIteration = -1;
  private WeakReference<Model> lastModel = new WeakReference<>(null);
  private WeakReference<Thread> lastThread = new WeakReference<>(null);

  /** Where the network that trains on this thread stands. */
  private static final class Progress {
    private WeakReference<Model> model = new WeakReference<>(null);
    private int epoch = -1;
    private @Nullable List<Look> looks;
  }

  AttentionMonitor(MonitorBuilder builder) {
    schedule = builder.schedule;
    sampling = builder.sampling();
    geometry = builder.geometry;
    tier = builder.tier;
    metrics = builder.allMetrics();
    reporters = builder.reporters.stream().map(Reporters::guarded).toList();
    alarms = builder.alarmsTelling(reporters);
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
    look(model);
  }

  @Override
  public void onForwardPass(Model model, Map<String, INDArray> activations) {
    look(model);
  }

  private void look(Model model) {
    Progress here = progress.get();
    int iteration = WatchedNetwork.iteration(model);
    int epoch = WatchedNetwork.epoch(model);
    boolean firstOfEpoch = here.model.get() != model || here.epoch != epoch;
    if (here.model.get() != model) {
      here.model = new WeakReference<>(model);
    }
    here.epoch = epoch;
    here.looks = null;
    if (schedule.isDue(iteration, epoch, firstOfEpoch) && claim(model, iteration)) {
      try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
        here.looks = looks(model, iteration);
      } catch (RuntimeException e) {
        switchOff(NETWORK, e);
      }
    }
  }

  /** Whether this network is the first of its copies, each on its thread, at the iteration. */
  private synchronized boolean claim(Model model, int iteration) {
    Thread thread = Thread.currentThread();
    boolean behind =
        iteration <= lastIteration && lastModel.get() != model && lastThread.get() != thread;
    if (behind || failed.contains(NETWORK)) {
      return false;
    }
    lastIteration = iteration;
    lastModel = new WeakReference<>(model);
    lastThread = new WeakReference<>(thread);
    return true;
  }

  private List<Look> looks(Model model, int iteration) {
    List<Look> looks = new ArrayList<>();
    for (Watched layer : WatchedNetwork.of(model)) {
      if (!hasFailed(layer.name())) {
        try {
          looks.add(new Look(layer, sampling.examples(layer.inputs()[0].size(0), iteration)));
        } catch (RuntimeException e) {
          switchOff(layer.name(), e);
        }
      }
    }
    return looks;
  }

  @Override
  public void onGradientCalculation(Model model) {
    List<Look> looks = progress.get().looks;
    if (looks != null) {
      looks.removeIf(
          look -> !done(look, () -> look.beforeUpdate(model.gradient().gradientForVariable())));
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
    List<Look> looks = here.looks;
    here.looks = null;
    if (looks == null || here.model.get() != model) {
      return;
    }
    synchronized (this) {
      for (Look look : looks) {
        done(
            look,
            () -> {
              look.afterUpdate(model.gradient().gradientForVariable());
              report(layerReport(look, iteration, epoch, model.score()));
            });
      }
      alarms.stopIfRaised();
    }
  }

  /** Whether it could be done; if not, the layer is not looked at again. */
  private boolean done(Look look, Runnable action) {
    try {
      action.run();
      return true;
    } catch (RuntimeException e) {
      switchOff(look.name(), e);
      return false;
    }
  }

  private LayerReport layerReport(Look look, int iteration, int epoch, double score) {
    Probe probe = look.probe();
    RowRecomputation recomputation =
        recomputations.computeIfAbsent(probe.rule(), rule -> new RowRecomputation(rule, geometry));
    List<HeadProbe> heads =
        look.heads(recomputation.rows(probe, sampling, iteration, tier == Tier.FULL));
    List<MetricRecord> records = new ArrayList<>();
    for (HeadProbe head : heads) {
      Map<String, Double> values = new LinkedHashMap<>();
      metrics.forEach(metric -> values.putAll(metric.measure(head)));
      records.add(new MetricRecord(iteration, epoch, head.layer(), head.head(), values));
    }
    return new LayerReport(score, heads, records);
  }

  private void report(LayerReport layer) {
    reporters.forEach(reporter -> reporter.reportLayer(layer));
    layer.records().forEach(alarms::check);
  }

  private synchronized boolean hasFailed(String name) {
    return failed.contains(name);
  }

  private synchronized void switchOff(String name, RuntimeException e) {
    if (failed.add(name)) {
      LOG.warn("Attention of '{}' cannot be watched and is left alone; training goes on.", name, e);
    }
  }

  /** Closes the reporters. Training may go on; nothing more is reported. */
  @Override
  public void close() {
    reporters.forEach(Reporter::close);
  }
}
