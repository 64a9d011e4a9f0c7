package org.attention4j.internal.probes;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Supplier;
import org.attention4j.internal.attention.LargestScores;
import org.attention4j.internal.monitor.FaultIsolator;
import org.attention4j.layers.Position;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.metrics.HeadProbe.Norms;
import org.attention4j.monitor.metrics.MetricGroup;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** One layer on one scheduled iteration, from the forward pass to the update. */
public final class LayerSnapshot {
  private final MonitoredLayer layer;
  private final Map<String, HeadParameterNorms[]> values = new HashMap<>();
  private final Map<String, HeadParameterNorms[]> before = new HashMap<>();
  private final Map<String, HeadParameterNorms[]> after = new HashMap<>();
  private @Nullable LargestScores largest;
  private Probe probe;

  /**
   * Takes the probe of a layer after its forward pass.
   *
   * @param layer the layer
   * @param examples the indices of the examples to copy
   * @param groups the metrics that are wanted: those of vectors need the layer's output
   */
  public LayerSnapshot(MonitoredLayer layer, int[] examples, Set<MetricGroup> groups) {
    this.layer = layer;
    probe = layer.probe(examples, groups.contains(MetricGroup.VECTORS));
  }

  /** Takes the largest scores of the whole batch. */
  public void takeScores() {
    largest = layer.largestScores();
  }

  /**
   * The same from the next backward pass, which meets them again on the fused path; at once if it
   * does not.
   *
   * @param isolator catches errors within the backward pass
   */
  public void askForScores(FaultIsolator isolator) {
    if (!layer.observeScores(scores -> isolator.run(() -> largest = scores))) {
      takeScores();
    }
  }

  /**
   * Asks for the gradient at the next backward pass.
   *
   * @param isolator catches errors within the backward pass
   */
  public void askForGradient(FaultIsolator isolator) {
    if (layer.gradients() != null) {
      layer.gradients().ask(probe.examples(), gradient -> isolator.run(() -> arrived(gradient)));
    }
  }

  /**
   * The layer's name.
   *
   * @return the name
   */
  public String name() {
    return layer.name();
  }

  /**
   * What is known of the layer so far.
   *
   * @return the probe
   */
  public Probe probe() {
    return probe;
  }

  private void arrived(Supplier<StepVectors> gradient) {
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      probe = probe.withAttendedGradient(gradient.get());
    }
  }

  /**
   * Keeps the norms of parameters and gradients, which the updater will change.
   *
   * @param gradients the network's gradients by name
   */
  public void beforeUpdate(Map<String, INDArray> gradients) {
    layer
        .parameters()
        .forEach(
            (name, value) -> {
              values.put(name, shares(name, value));
              before.put(name, shares(name, gradients.get(layer.gradientPrefix() + name)));
            });
  }

  /**
   * Adds the norms of the updates, which the network's gradient holds now.
   *
   * @param updates the network's updates by name
   */
  public void afterUpdate(Map<String, INDArray> updates) {
    for (String name : values.keySet()) {
      after.put(name, shares(name, updates.get(layer.gradientPrefix() + name)));
    }
  }

  /** One share per head; none without an array, and if it belongs to no single head. */
  private HeadParameterNorms[] shares(String name, @Nullable INDArray array) {
    return array == null
        ? new HeadParameterNorms[0]
        : HeadParameterNorms.of(layer.spec(), name, array);
  }

  private Map<String, Norms> norms(int head) {
    Map<String, Norms> norms = new HashMap<>();
    after.forEach(
        (name, update) -> {
          if (head < update.length) {
            HeadParameterNorms value = Objects.requireNonNull(values.get(name))[head];
            HeadParameterNorms gradient = Objects.requireNonNull(before.get(name))[head];
            norms.put(
                name,
                new Norms(
                    value.norm(),
                    gradient.norm(),
                    update[head].norm(),
                    value.nans() + gradient.nans() + update[head].nans(),
                    value.infinities() + gradient.infinities() + update[head].infinities()));
          }
        });
    return norms;
  }

  /**
   * What metrics get to see of each head.
   *
   * @param rows the sampled rows of each head
   * @return one for each head
   */
  public List<HeadProbe> heads(List<List<AttentionRow>> rows) {
    List<HeadProbe> heads = new ArrayList<>();
    for (int head = 0; head < rows.size(); head++) {
      heads.add(
          new HeadProbe(
              layer.name(),
              head,
              rows.get(head),
              RowRecomputation.learned(probe, head),
              norms(head),
              largest(head),
              rows));
    }
    return heads;
  }

  /**
   * The numbers of the layer's output, for its aggregate.
   *
   * @return those that are known; none without the metrics of vectors
   */
  public Map<String, Double> ofOutput() {
    return OutputNumbers.of(probe.outputs(), probe.visibleQueries(), probe.examples().length);
  }

  /** Null if they were not taken, or no query of the head sees a key. */
  private HeadProbe.@Nullable Largest largest(int head) {
    if (largest == null || largest.scores()[head] < 0) {
      return null;
    }
    Position position = layer.spec().position();
    boolean biased = position == Position.ALIBI || position == Position.FORGETTING;
    return new HeadProbe.Largest(
        largest.scores()[head],
        biased ? OptionalDouble.of(largest.products()[head]) : OptionalDouble.empty());
  }
}
