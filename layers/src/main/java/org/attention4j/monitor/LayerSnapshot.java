package org.attention4j.monitor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.attention4j.monitor.HeadProbe.Norms;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** One layer on one scheduled iteration, from its forward pass to its update. */
final class LayerSnapshot {
  private final MonitoredLayer layer;
  private final Map<String, HeadParameterNorms[]> values = new HashMap<>();
  private final Map<String, HeadParameterNorms[]> before = new HashMap<>();
  private final Map<String, HeadParameterNorms[]> after = new HashMap<>();
  private Probe probe;

  LayerSnapshot(MonitoredLayer layer, int[] examples, FaultIsolator guard) {
    this.layer = layer;
    probe = layer.probe(examples);
    if (layer.gradients() != null) {
      layer.gradients().ask(examples, gradient -> guard.run(() -> arrived(gradient)));
    }
  }

  String name() {
    return layer.name();
  }

  Probe probe() {
    return probe;
  }

  private void arrived(Supplier<HeadVectors> gradient) {
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      probe = probe.withAttendedGradient(gradient.get());
    }
  }

  /** Remembers the norms of parameters and gradients, which the updater is about to change. */
  void beforeUpdate(Map<String, INDArray> gradients) {
    layer
        .parameters()
        .forEach(
            (name, value) -> {
              values.put(name, shares(name, value));
              before.put(name, shares(name, gradients.get(layer.gradientPrefix() + name)));
            });
  }

  /** Completes the norms, now that the network's gradient holds the update. */
  void afterUpdate(Map<String, INDArray> updates) {
    for (String name : values.keySet()) {
      after.put(name, shares(name, updates.get(layer.gradientPrefix() + name)));
    }
  }

  /** One share a head; none if there is no such array or it belongs to no single head. */
  private HeadParameterNorms[] shares(String name, @Nullable INDArray array) {
    return array == null
        ? new HeadParameterNorms[0]
        : HeadParameterNorms.of(layer.rule(), name, array);
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

  /** What metrics see of each head. */
  List<HeadProbe> heads(List<List<AttentionRow>> rows) {
    List<HeadProbe> heads = new ArrayList<>();
    for (int head = 0; head < rows.size(); head++) {
      heads.add(
          new HeadProbe(
              layer.name(),
              head,
              rows.get(head),
              RowRecomputation.learned(layer.rule(), probe.normalizerParameters(), head),
              norms(head)));
    }
    return heads;
  }
}
