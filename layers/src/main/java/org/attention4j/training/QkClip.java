package org.attention4j.training;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.attention4j.internal.dotproduct.ParameterNames;
import org.attention4j.internal.probes.Activations;
import org.attention4j.internal.probes.MonitoredLayer;
import org.attention4j.internal.probes.MonitoredNetwork;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the scores of attention below a limit: QK-clip of Kimi K2's MuonClip.
 *
 * <pre>
 *   max = max |scale qᵀ k| of a head over all rows of the batch
 *   if max &gt; limit:  Wq, bq, Wk, bk of the head *= √(limit / max)
 * </pre>
 *
 * <p>This is a listener: {@code network.addListeners(new QkClip())}. After each update the scores
 * of the batch's inputs are computed with the new parameters, and parameters whose scores are above
 * the limit are scaled. The layer that sees the same inputs the next time therefore begins with
 * scores within the limit. Other inputs, and layers whose inputs the update has changed, can exceed
 * it until the next iteration. Kimi K2 takes the maximum of the forward pass before the update
 * instead, which lags by one step.
 *
 * <p>Heads that share a head of keys are scaled together: the largest of their scores decides.
 * Rotation commutes with the scaling, linear biases do not count, and the state of the updater
 * stays as it is. In recurrent attention, where the queries come from the layer's own outputs, the
 * scores come near to the limit only. It acts on all attention layers and vertices with
 * projections, those of Deeplearning4j included. It leaves alone, with one message in the log for
 * each: a layer without projections, and one with {@code qkNorm}, whose scores do not depend on the
 * size of Wq and Wk. Frozen layers are left alone, too.
 *
 * <p>It costs the projection of queries and keys and their product once more in each iteration, and
 * a copy of each attention layer's input.
 *
 * @see <a href="https://arxiv.org/abs/2507.20534">Kimi Team 2025, Kimi K2</a>
 */
public final class QkClip extends BaseTrainingListener {
  private static final Logger LOG = LoggerFactory.getLogger(QkClip.class);

  /** As in Kimi K2. */
  private static final double DEFAULT_LIMIT = 100;

  private final double limit;
  private final AtomicLong clips = new AtomicLong();
  private final Set<String> leftAlone = ConcurrentHashMap.newKeySet();
  private final ThreadLocal<Pass> last = ThreadLocal.withInitial(() -> new Pass(null, List.of()));

  /** The last forward pass on this thread: what its attention layers read. */
  private record Pass(@Nullable WeakReference<Model> model, List<MonitoredLayer> layers) {
    boolean isOf(Model other) {
      return model != null && model.get() == other;
    }
  }

  /** Clips scores above 100. */
  public QkClip() {
    this(DEFAULT_LIMIT);
  }

  /**
   * Clips scores above a limit.
   *
   * @param limit τ, the largest magnitude of a score that is allowed; positive
   * @throws IllegalArgumentException if it is not positive and finite
   */
  public QkClip(double limit) {
    if (!(limit > 0 && Double.isFinite(limit))) {
      throw new IllegalArgumentException(
          "QkClip: limit is %s but must be positive and finite.".formatted(limit));
    }
    this.limit = limit;
  }

  /**
   * How often a head was scaled so far, of all layers and networks that have this listener; heads
   * that share keys count one by one.
   *
   * @return the number
   */
  public long clips() {
    return clips.get();
  }

  @Override
  public void onForwardPass(Model model, List<INDArray> activations) {
    keep(model, Activations.ofLayers(activations));
  }

  @Override
  public void onForwardPass(Model model, Map<String, INDArray> activations) {
    keep(model, activations::get);
  }

  private void keep(Model model, Activations activations) {
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      List<MonitoredLayer> layers = new ArrayList<>();
      for (MonitoredLayer layer : MonitoredNetwork.of(model, activations)) {
        if (canBeClipped(layer)) {
          layers.add(layer.withCopiedInputs());
        }
      }
      last.set(new Pass(new WeakReference<>(model), layers));
    }
  }

  private boolean canBeClipped(MonitoredLayer layer) {
    Set<String> names = layer.parameters().keySet();
    boolean projected =
        names.contains(ParameterNames.QUERY_WEIGHTS) && names.contains(ParameterNames.KEY_WEIGHTS);
    boolean normed = names.contains(ParameterNames.QUERY_SCALE);
    if ((!projected || normed) && leftAlone.add(layer.name())) {
      LOG.warn(
          "QkClip leaves layer '{}' alone: {}.",
          layer.name(),
          normed
              ? "with qkNorm its scores do not depend on the size of Wq and Wk"
              : "it has no projections of queries and keys");
    }
    return projected && !normed;
  }

  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    Pass pass = last.get();
    last.remove();
    if (!pass.isOf(model)) {
      return;
    }
    Map<String, INDArray> gradients = model.gradient().gradientForVariable();
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      for (MonitoredLayer layer : pass.layers()) {
        // A frozen layer has none.
        if (gradients.containsKey(layer.gradientPrefix() + ParameterNames.QUERY_WEIGHTS)) {
          clip(layer, iteration);
        }
      }
    }
  }

  private void clip(MonitoredLayer layer, int iteration) {
    float[] products = layer.largestScores().products();
    Map<String, INDArray> parameters = layer.parameters();
    INDArray keyWeights = Objects.requireNonNull(parameters.get(ParameterNames.KEY_WEIGHTS));
    double[] keyFactors = new double[Math.toIntExact(keyWeights.size(0))];
    double[] queryFactors = new double[products.length];
    int shared = queryFactors.length / keyFactors.length;
    List<Integer> clipped = new ArrayList<>();
    double largestOfAll = 0;
    for (int group = 0; group < keyFactors.length; group++) {
      int from = group * shared;
      double largest = 0;
      for (int head = from; head < from + shared; head++) {
        largest = Math.max(largest, products[head]);
      }
      keyFactors[group] = 1;
      if (largest > limit && Double.isFinite(largest)) {
        keyFactors[group] = Math.sqrt(limit / largest);
        IntStream.range(from, from + shared).forEach(clipped::add);
        largestOfAll = Math.max(largestOfAll, largest);
      }
      Arrays.fill(queryFactors, from, from + shared, keyFactors[group]);
    }
    if (!clipped.isEmpty()) {
      scale(keyWeights, keyFactors);
      scale(parameters.get(ParameterNames.KEY_BIAS), keyFactors);
      scale(parameters.get(ParameterNames.QUERY_WEIGHTS), queryFactors);
      scale(parameters.get(ParameterNames.QUERY_BIAS), queryFactors);
      clips.addAndGet(clipped.size());
      LOG.info(
          "QkClip at iteration {}: heads {} of layer '{}' are scaled, whose largest score was {}.",
          iteration,
          clipped,
          layer.name(),
          largestOfAll);
    }
  }

  /** Scales the share of each head, a block of the array; nothing if there is no such parameter. */
  private static void scale(@Nullable INDArray array, double[] factors) {
    if (array != null) {
      long[] shape = new long[array.rank()];
      Arrays.fill(shape, 1);
      shape[0] = factors.length;
      array.muli(Nd4j.createFromArray(factors).castTo(array.dataType()).reshape(shape));
    }
  }
}
